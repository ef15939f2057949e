/** Writes the story down as it happens: how long it took, what was done, what was seen. */
export type Narrator = {
  /** A line between chapters. */
  readonly say: (text: string) => void;
  /** What was seen, within a chapter. */
  readonly see: (text: string) => void;
  /** A part of the story that holds or fails by itself; what it brings is for those that follow. */
  readonly chapter: <Brings>(title: string, act: () => Promise<Brings>) => Promise<Brings>;
  readonly passed: () => number;
};

export const createNarrator = (write: (line: string) => void): Narrator => {
  const startedAt = performance.now();
  let passed = 0;
  const line = (mark: string, text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6);
    write(`${seconds} s  ${mark} ${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`);
  };
  return {
    say: (text) => line(' ', text),
    see: (text) => line('  ·', text),
    chapter: async (title, act) => {
      line('▸', title);
      const beganAt = performance.now();
      const brings = await act();
      passed += 1;
      line('✓', `${title} (${((performance.now() - beganAt) / 1_000).toFixed(1)} s)`);
      return brings;
    },
    passed: () => passed,
  };
};
