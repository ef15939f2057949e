const normalised = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Edits (insert, remove, replace one letter) that lead from one word to the other. */
const editsBetween = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [fromIndex, letter] of [...from].entries()) {
    const next = [fromIndex + 1];
    for (const [toIndex, other] of [...to].entries()) {
      const replaced = (row[toIndex] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[toIndex + 1] ?? 0) + 1, (next[toIndex] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

const leastContained = 4;
const distance = (given: string, known: string): number => {
  const [from, to] = [normalised(given), normalised(known)];
  const [short, long] = from.length < to.length ? [from, to] : [to, from];
  // `price` for `maxPricePerGpuHour`, `region_id` for `region`: as near as one wrong letter.
  if (short.length >= leastContained && long.includes(short)) return Math.min(1, editsBetween(from, to));
  return editsBetween(from, to);
};

/** The known name that was probably meant, if one is near: a third of its letters may be wrong. */
export const nearestName = (given: string, known: readonly string[]): string | undefined => {
  const near = known
    .map((name) => ({ name, edits: distance(given, name) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 3)))
    .sort((one, other) => one.edits - other.edits);
  return near[0]?.name;
};
