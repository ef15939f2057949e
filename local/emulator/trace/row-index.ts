/** The place of the last row at or before `atSeconds`, by halving; -1 before the first. Rows are oldest first. */
export const rowIndexAt = (rows: readonly { readonly atSeconds: number }[], atSeconds: number): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.atSeconds <= atSeconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** Oldest first; of two rows at one instant the later in the file counts. */
export const sortedRows = <T extends { readonly atSeconds: number }>(rows: readonly T[]): readonly T[] => {
  const byTime = new Map(rows.map((row) => [row.atSeconds, row]));
  return [...byTime.values()].sort((a, b) => a.atSeconds - b.atSeconds);
};
