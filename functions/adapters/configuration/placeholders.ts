import * as z from 'zod/mini';
import { pathText } from './faults.ts';
import type { Settings } from './settings.ts';

/** A value that nobody has put in yet: where it stands, and what to do about it. */
export type Placeholder = { readonly path: string; readonly what: string };

// Domains that RFC 2606 and RFC 6761 keep for documentation: nothing sent there arrives.
const documentationDomain = /(?:@|\.|\/\/)(?:example\.(?:com|net|org)|[a-z0-9-]+\.(?:example|invalid|test))(?=$|[/:])/i;
const isPlaceholder = (value: string): boolean => /REPLACE-ME/i.test(value) || documentationDomain.test(value);

const container = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]);

const placeholdersAt = (value: unknown, path: readonly PropertyKey[]): Placeholder[] => {
  if (typeof value === 'string') {
    if (!isPlaceholder(value)) return [];
    return [{ path: pathText(path), what: `${JSON.stringify(value)} is a placeholder: put your own value there` }];
  }
  const inner = z.safeParse(container, value).data;
  if (Array.isArray(inner)) return inner.flatMap((item, index) => placeholdersAt(item, [...path, index]));
  return Object.entries(inner ?? {}).flatMap(([name, item]) => placeholdersAt(item, [...path, name]));
};

/**
 * All placeholders left in the settings, in their order. The local mode runs with them; whoever deploys, or asks the real
 * provider, refuses them.
 */
export const placeholdersIn = (settings: Settings): readonly Placeholder[] => placeholdersAt(settings, []);
