import * as z from 'zod/mini';
import type { Instant } from '#domain/time.ts';

/** A short text on one line, such as the id or the name of something. */
export const name = (what: string) =>
  z.string({ error: what }).check(z.regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u, { error: what }));

/** A project's or a runtime's id, a region or a config: what the provider calls its things. */
export const id = (what: string) =>
  z.string({ error: what }).check(z.regex(/^[A-Za-z0-9._~-]{1,128}$/, { error: what }));

export const wholeNumber = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));
};

export const numberUpTo = (most: number) => {
  const error = `a number above 0, at most ${most}`;
  return z.number({ error }).check(z.gt(0, { error }), z.lte(most, { error }));
};

/** A time as it is sent to us: ISO 8601 with its offset. */
export const time = () =>
  z.iso.datetime({ offset: true, error: 'a date and time with its offset, such as 2026-12-31T18:00:00Z' });

/** A time as we write it; null for none. */
export const isoTime = () => z.iso.datetime();
export const iso = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | undefined): string | null => (at === undefined ? null : iso(at));
