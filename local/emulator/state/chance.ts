/** Seeded chance: the same seed gives the same ids, start-up times and faults, on every machine. */
export type Chance = {
  /** A number in [0, 1). */
  readonly next: () => number;
  /** A whole number in [low, high]. */
  readonly between: (low: number, high: number) => number;
  readonly uuid: () => string;
  /** `length` characters of [a-z0-9]. */
  readonly word: (length: number) => string;
  /** An own sequence, so that drawing from one (faults) never shifts another (ids). */
  readonly branch: (name: string) => Chance;
};

const WORD_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** FNV-1a with a final mix: turns text into 32 well-spread bits. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** A number in [0, 1) that depends on its arguments only: noise that is the same however often it is looked at. */
export const noise = (...keys: readonly (string | number)[]): number => hashOf(keys.join('|')) / 2 ** 32;

/** Mulberry32: small, fast, and good enough for believable chance. */
const mulberry32 = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const createChance = (seed: string | number): Chance => {
  const next = mulberry32(hashOf(String(seed)));
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const hex = (length: number) => Array.from({ length }, () => between(0, 15).toString(16)).join('');
  const variant = () => between(8, 11).toString(16);
  return {
    next,
    between,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${variant()}${hex(3)}-${hex(12)}`,
    word: (length) => Array.from({ length }, () => WORD_LETTERS[between(0, 35)]).join(''),
    branch: (name) => createChance(`${seed}/${name}`),
  };
};
