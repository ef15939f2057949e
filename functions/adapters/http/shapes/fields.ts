import * as z from 'zod/mini';
import { address } from '#adapters/configuration/field.ts';
import type { Instant } from '#domain/time.ts';

/** A short text on one line, such as the id or the name of something. */
export const name = (what: string) =>
  z.string({ error: what }).check(z.regex(/^[ -~\u00a0-\u2027\u202a-\ud7ff\ue000-\uffff]{1,200}$/, { error: what }));

/** A mail address. What stands before its `@` has at most 64 characters: a mail service takes no more. */
export const mailAddress = () =>
  address().check(z.refine((text) => text.indexOf('@') <= 64, { error: 'a mail address, such as me@example.com' }));

/** A project's or a runtime's id, a region or a config: what the provider calls its things. */
export const id = (what: string) =>
  z.string({ error: what }).check(z.regex(/^[A-Za-z0-9._~-]{1,128}$/, { error: what }));

export const wholeNumber = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));
};

/** A price. The table takes no number that is as good as nothing. */
export const usdUpTo = (most: number) => {
  const error = `a number from 0.0001 to ${most}`;
  return z.number({ error }).check(z.gte(0.0001, { error }), z.lte(most, { error }));
};

const timeWords = 'a date and time with its offset, such as 2026-12-31T18:00:00Z';

/** A time as it is sent to us: ISO 8601 with its offset. */
export const time = (error = timeWords) => z.iso.datetime({ offset: true, error });

/** A time, or no end at all. */
export const timeOrForever = () => {
  const error = `${timeWords}, or forever`;
  return z.union([time(error), z.literal('forever')], { error });
};

/** A time as we write it; null for none. */
export const isoTime = () => z.iso.datetime();
export const iso = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | undefined): string | null => (at === undefined ? null : iso(at));
