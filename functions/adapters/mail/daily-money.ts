import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { DailyMail } from '#domain/guardrails/runtime-notice.ts';

/** Every verdict on an idle time tells what it has cost so far; of several on the same one the largest is all of it. */
export const wastedIn = ({
  entries,
  observing,
}: DailyMail): { readonly wasted: number; readonly spans: number; readonly unpriced: number } => {
  const bySpan = new Map<string, number | undefined>();
  for (const { runtime, evidence, money } of [...entries, ...observing]) {
    if (runtime === undefined || evidence === undefined) continue;
    const key = `${runtimeKey(runtime)}/${evidence.idleSince}`;
    const before = bySpan.get(key);
    bySpan.set(key, money === undefined ? before : Math.max(before ?? 0, money.wasted));
  }
  const priced = [...bySpan.values()].filter((wasted) => wasted !== undefined);
  return {
    wasted: priced.reduce((sum, wasted) => sum + wasted, 0),
    spans: priced.length,
    unpriced: bySpan.size - priced.length,
  };
};
