import { day, hour, minute, second } from './time.ts';

const units = [
  ['d', day, 'day'],
  ['h', hour, 'hour'],
  ['m', minute, 'minute'],
  ['s', second, 'second'],
] as const;

const grammar = /^(?=\d)(?:(?<d>\d{1,5})d)?(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,5})m)?(?:(?<s>\d{1,5})s)?$/;

/** A duration such as `90m`, `2h`, `7d` or `1m30s`, in milliseconds: whole days, hours, minutes and seconds, in this order. */
export const durationOf = (text: string): number | undefined => {
  const parts = grammar.exec(text)?.groups;
  if (parts === undefined) return undefined;
  return units.reduce((sum, [unit, milliseconds]) => sum + Number(parts[unit] ?? 0) * milliseconds, 0);
};

/** A duration that has been checked before. @throws TypeError for any other text */
export const checkedDuration = (text: string): number => {
  const milliseconds = durationOf(text);
  if (milliseconds === undefined) throw new TypeError(`${JSON.stringify(text)} is not a duration, such as 90m or 7d.`);
  return milliseconds;
};

type Unit = (typeof units)[number];

/** How many of each unit, the largest first; units of which there are none, and parts of a second, are left out. */
const partsOf = (milliseconds: number): readonly (readonly [count: number, unit: Unit])[] => {
  let rest = milliseconds;
  return units.flatMap((unit) => {
    const count = Math.floor(rest / unit[1]);
    rest -= count * unit[1];
    return count === 0 ? [] : [[count, unit] as const];
  });
};

/** A duration as one writes it: `1h30m`. */
export const durationText = (milliseconds: number): string =>
  partsOf(milliseconds)
    .map(([count, [letter]]) => `${count}${letter}`)
    .join('') || '0m';

/** A duration as one says it: `1 hour 30 minutes`. */
export const durationInWords = (milliseconds: number): string =>
  partsOf(milliseconds)
    .map(([count, [, , word]]) => `${count} ${word}${count === 1 ? '' : 's'}`)
    .join(' ') || '0 seconds';
