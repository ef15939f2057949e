import { type Instant, minute } from '#domain/time.ts';
import type { Span } from './clock.ts';
import type { LedgerEntry } from './ledger.ts';

/** Idle spans that began within these bounds (both included) are suspected or, once re-armed, known to be genuine. */
export type SpanStarts = { readonly from: Instant; readonly to: Instant };

/**
 * The breaker: while it is open nothing is deleted and nobody warned, since a provider that suddenly reports zero for
 * everyone looks like everyone being idle. Only a person closes it; the spans that opened it then open it no more.
 */
export type Breaker = {
  readonly open?: SpanStarts & {
    readonly id: string;
    readonly at: Instant;
    readonly runtimes: number;
    readonly fleet: number;
  };
  readonly covered: readonly SpanStarts[];
  readonly outbox: readonly LedgerEntry[];
};

export const closedBreaker: Breaker = { covered: [], outbox: [] };

const leastRuntimes = 4;
const leastShare = 0.5;
const together = 5 * minute;
/** Of how many openings the spans are remembered; older ones are long over. */
const mostCovered = 20;

const isCovered = (breaker: Breaker, since: Instant) =>
  breaker.covered.some(({ from, to }) => from <= since && since <= to);

/**
 * The idle spans that began so close together, after the runtimes were seen busy, that the readings are to be doubted.
 * `fleet` is the number of runtimes that run.
 */
export const suspectSpans = (
  breaker: Breaker,
  spans: readonly Span[],
  fleet: number,
): (SpanStarts & { readonly runtimes: number }) | undefined => {
  const starts = spans
    .filter(({ afterBusy, since }) => afterBusy && !isCovered(breaker, since))
    .map(({ since }) => since)
    .sort((a, b) => a - b);
  for (const from of starts) {
    const within = starts.filter((since) => since >= from && since <= from + together);
    if (within.length >= leastRuntimes && within.length > fleet * leastShare) {
      return { from, to: within.at(-1) ?? from, runtimes: within.length };
    }
  }
  return undefined;
};

/** The breaker after a look at all clocks. It opens; it never closes by itself. */
export const lookAtBreaker = (breaker: Breaker, spans: readonly Span[], fleet: number, now: Instant): Breaker => {
  if (breaker.open !== undefined) return breaker;
  const suspect = suspectSpans(breaker, spans, fleet);
  if (suspect === undefined) return breaker;
  const id = `breaker-${suspect.from}`;
  const open = { ...suspect, id, at: now, fleet };
  const because = `the idle spans of ${suspect.runtimes} of ${fleet} runtimes began within 5 minutes`;
  const entry: LedgerEntry = {
    id: `${id}-opened`,
    at: now,
    act: 'breaker-opened',
    who: { kind: 'rule', policy: 'breaker' },
    because,
  };
  return { ...breaker, open, outbox: [...breaker.outbox, entry] };
};

/** Closes the breaker that was opened under this id. Closing it twice, or one that another has followed, changes nothing. */
export const rearm = (breaker: Breaker, id: string, recipientId: string, now: Instant): Breaker => {
  const { open, ...rest } = breaker;
  if (open?.id !== id) return breaker;
  const entry: LedgerEntry = {
    id: `${id}-rearmed`,
    at: now,
    act: 'breaker-rearmed',
    who: { kind: 'person', recipientId },
    because: 'a person looked why it had opened, and re-armed it',
  };
  const covered = [...breaker.covered, { from: open.from, to: open.to }].slice(-mostCovered);
  return { ...rest, covered, outbox: [...breaker.outbox, entry] };
};
