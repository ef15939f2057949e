import * as z from 'zod/mini';
import { day, hour, minute } from '#domain/time.ts';

const units = [
  ['d', day],
  ['h', hour],
  ['m', minute],
] as const;

const grammar = /^(?=\d)(?:(?<d>\d{1,5})d)?(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,5})m)?$/;

/** A duration such as `90m`, `2h`, `7d` or `1h30m`, in milliseconds: whole days, hours and minutes, in this order. */
export const durationOf = (text: string): number | undefined => {
  const parts = grammar.exec(text)?.groups;
  if (parts === undefined) return undefined;
  return units.reduce((sum, [unit, milliseconds]) => sum + Number(parts[unit] ?? 0) * milliseconds, 0);
};

/** A duration that the settings have checked. @throws TypeError for any other text */
export const checkedDuration = (text: string): number => {
  const milliseconds = durationOf(text);
  if (milliseconds === undefined) throw new TypeError(`${JSON.stringify(text)} is not a duration, such as 90m or 7d.`);
  return milliseconds;
};

/** A duration as one writes it: `1h30m`; parts of a minute are left out. */
export const durationText = (milliseconds: number): string => {
  let rest = milliseconds;
  const parts = units.flatMap(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.length === 0 ? '0m' : parts.join('');
};

/** A duration between two others, both included; it stays the text that was given. */
export const duration = (least: string, most: string) => {
  const error = `a duration from ${least} to ${most}, such as 90m, 2h, 1h30m or 7d`;
  const [shortest, longest] = [checkedDuration(least), checkedDuration(most)];
  return z.string({ error }).check(
    z.trim(),
    z.refine(
      (text) => {
        const given = durationOf(text);
        return given !== undefined && given >= shortest && given <= longest;
      },
      { error },
    ),
  );
};
