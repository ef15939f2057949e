import * as z from 'zod/mini';
import type { Instant } from '#domain/time.ts';

/** A text that is not empty. */
export const text = () => z.string().check(z.minLength(1));

/** An id; some APIs write them as whole numbers. */
export const idText = () =>
  z.pipe(
    z.union([text(), z.int()]),
    z.transform((id) => String(id)),
  );

export const notNegative = () => z.number().check(z.gte(0));
export const count = () => z.int().check(z.gte(0));

const secondsSpan = { from: 1e9, to: 1e10 };
const millisecondsSpan = { from: 1e12, to: 1e13 };

/**
 * A time as APIs write it: ISO 8601 (without an offset: UTC), or seconds or milliseconds since 1970, as a number or a text. Seconds and
 * milliseconds of the years 2001 to 2286 share no number, so here the size does tell the unit. Undefined for all else.
 */
export const instantOf = (given: unknown): Instant | undefined => {
  if (typeof given === 'string' && /^\d+(\.\d+)?$/.test(given)) return instantOf(Number(given));
  if (typeof given === 'number') {
    if (given >= secondsSpan.from && given < secondsSpan.to) return given * 1_000;
    return given >= millisecondsSpan.from && given < millisecondsSpan.to ? given : undefined;
  }
  if (typeof given !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(given)) return undefined;
  const stated = /(?:z|utc|[+-]\d{2}:?\d{2})$/i.test(given.trim());
  // A date without a time is UTC to Date.parse; with a time and no offset it would be this machine's own zone.
  const instant = Date.parse(stated || !/\d:\d/.test(given) ? given : `${given.trim()}Z`);
  return Number.isNaN(instant) ? undefined : instant;
};

/** A time in our own shape; what is none is refused. */
export const instant = () =>
  z.pipe(
    z.unknown().check(z.refine((value) => instantOf(value) !== undefined)),
    z.transform((value) => instantOf(value) ?? Number.NaN),
  );
