import { expect, test } from 'vitest';
import type { Judgement } from '#local/deployed/checks/finding.ts';

/** Everything that a judgement tells a person, as one text. */
const wordsOf = ({ seen, doThis }: Judgement): string =>
  [...seen, ...doThis.map(({ words, command }) => `→ ${words} ${command ?? ''}`)].join('\n');

/** Whoever is told that something is wrong is told what to do. */
const expectJudged = (judgement: Judgement, verdict: Judgement['verdict'], words: RegExp): void => {
  expect(wordsOf(judgement)).toMatch(words);
  expect(judgement.verdict).toBe(verdict);
  if (verdict === 'broken') expect(judgement.doThis).not.toEqual([]);
};

type Row = readonly [what: string, judge: () => Judgement, verdict: Judgement['verdict'], words: RegExp];

/** A test for each: what was given, what is judged of it, and what a person is told. */
export const judgements = (rows: readonly Row[]): void =>
  test.each(rows)('%s', (_, judge, verdict, words) => expectJudged(judge(), verdict, words));
