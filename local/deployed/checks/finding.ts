/**
 * What a check says. `warning`: it works, and somebody should know or do something. `broken`: it does not do what it is for,
 * or could not be asked. `not-looked-at`: it could not be judged, because something else is broken.
 */
export type Verdict = 'ok' | 'warning' | 'broken' | 'not-looked-at';

/** What to do: in words, and, where there is one, the command that does it, or lines to be copied. */
export type Step = { readonly words: string; readonly command?: string };

/** A verdict, what was seen (a line each), and what to do. `raw`: an answer as it came, where it belongs beside its reading. */
export type Judgement = {
  readonly verdict: Verdict;
  readonly seen: readonly string[];
  readonly doThis: readonly Step[];
  readonly raw?: unknown;
};

export const ok = (...seen: readonly string[]): Judgement => ({ verdict: 'ok', seen, doThis: [] });

export const warning = (seen: string | readonly string[], ...doThis: readonly Step[]): Judgement => ({
  verdict: 'warning',
  seen: [seen].flat(),
  doThis,
});

export const broken = (seen: string | readonly string[], ...doThis: readonly Step[]): Judgement => ({
  verdict: 'broken',
  seen: [seen].flat(),
  doThis,
});

export const notLookedAt = (because: string): Judgement => ({
  verdict: 'not-looked-at',
  seen: [`not looked at, because ${because}`],
  doThis: [],
});

const byWeight: readonly Verdict[] = ['broken', 'not-looked-at', 'warning', 'ok'];

/** Several judgements as one, with the worst verdict of them; what is to be done twice is said once. */
export const joined = (judgements: readonly Judgement[]): Judgement => {
  const steps = judgements.flatMap(({ doThis }) => doThis);
  return {
    verdict: byWeight.find((verdict) => judgements.some((one) => one.verdict === verdict)) ?? 'ok',
    seen: judgements.flatMap(({ seen }) => seen),
    doThis: [...new Map(steps.map((step) => [`${step.words} ${step.command}`, step])).values()],
  };
};

/** Something that a check needs cannot be had; the check that is about it says why. */
export class NotLookedAt extends Error {
  override readonly name = 'NotLookedAt';
}

/** It did not answer within the time that a check has. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}
