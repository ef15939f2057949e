import * as z from 'zod/mini';

/** A time on a wall clock, from 00:00 to 23:59; it stays the text that was given. */
export const timeOfDay = () => {
  const error = 'a time of day from 00:00 to 23:59, such as 08:00';
  return z.string({ error }).check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error }));
};

/** Where a span of the day ends: also 24:00, the end of the day. */
export const endTimeOfDay = () => {
  const error = 'a time of day from 00:00 to 24:00, such as 18:00';
  return z.string({ error }).check(z.regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, { error }));
};

/** Minutes from the beginning of the day to a time that the settings have checked: 90 for `01:30`. */
export const minuteOfDay = (time: string): number => {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? Number.NaN) * 60 + (minutes ?? Number.NaN);
};
