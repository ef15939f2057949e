/** The value below or at which the given part (0 to 1) of the numbers lies, by nearest rank; undefined for no numbers. */
export const quantile = (numbers: readonly number[], part: number): number | undefined => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
};

export const median = (numbers: readonly number[]): number | undefined => quantile(numbers, 0.5);
