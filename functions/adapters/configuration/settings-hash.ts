import { createHash } from 'node:crypto';
import type { Settings } from './settings.ts';

/** JSON in which the order of names makes no difference. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, canonical(inner)]));
};

/**
 * SHA-256, in hex, of settings with their defaults: the same for settings that mean the same, however they are written.
 * The stack tells it, so that it can be seen from outside which settings were deployed.
 */
export const settingsHash = (settings: Settings): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(settings)))
    .digest('hex');
