import { describe, expect, test } from 'vitest';
import { type Breaker, closedBreaker, lookAtBreaker, rearm, suspectSpans } from '#domain/guardrails/breaker.ts';
import type { Span } from '#domain/guardrails/clock.ts';
import { day, minute } from '#domain/time.ts';
import { at } from '../domain/given.ts';
import { guarded, live, runtimeWith } from './given.ts';

const span = (minutes: number, afterBusy = true): Span => ({
  since: at(minutes),
  observed: 10 * minute,
  idleAt: at(minutes + 10),
  gap: 0,
  afterBusy,
  unitStated: true,
  highest: { gpuPercent: 0 },
});

const spans = (...minutes: number[]) => minutes.map((each) => span(each));

describe('when the readings are to be doubted', () => {
  const table: [rule: string, spans: readonly Span[], fleet: number, runtimes: number | undefined][] = [
    ['4 of 4, at once', spans(1, 1, 1, 1), 4, 4],
    ['3 of 3', spans(1, 1, 1), 3, undefined],
    ['4 of 7: over half', spans(1, 1, 1, 1), 7, 4],
    ['4 of 8: half is not over half', spans(1, 1, 1, 1), 8, undefined],
    ['5 of 9: over half', spans(1, 1, 1, 1, 1), 9, 5],
    ['within 5 minutes, both ends included', spans(1, 2, 3, 6), 4, 4],
    ['within more than 5 minutes', [...spans(1, 2, 3), span(6 + 1 / 60_000)], 4, undefined],
    ['the ones before do not hide those that began together', spans(-9, 1, 2, 3, 4), 5, 4],
    ['nor do the ones after', spans(1, 2, 3, 4, 90), 5, 4],
    ['in whatever order they come', spans(4, 90, 1, 3, 2), 5, 4],
    ['one of them was not seen busy before', [...spans(1, 1, 1), span(1, false)], 4, undefined],
    [
      'a quiet night: none was seen busy right before',
      spans(1, 1, 1, 1).map((each) => ({ ...each, afterBusy: false })),
      4,
      undefined,
    ],
    ['nothing idle', [], 4, undefined],
    ['nothing at all', [], 0, undefined],
  ];
  test.each(table)('%s', (_, given, fleet, runtimes) => {
    expect(suspectSpans(closedBreaker, given, fleet)?.runtimes).toBe(runtimes);
  });

  test('the bounds are those of the spans that began together', () => {
    expect(suspectSpans(closedBreaker, spans(1, 2, 3, 4, 90), 5)).toEqual({ from: at(1), to: at(4), runtimes: 4 });
  });
});

const opened = lookAtBreaker(closedBreaker, spans(1, 2, 3, 4), 5, at(5));
const rearmed = rearm(opened, 'breaker-'.concat(String(at(1))), 'rcp-1', at(60));

describe('opening', () => {
  test('opens once, with an entry', () => {
    expect(opened.open).toMatchObject({ from: at(1), to: at(4), at: at(5), runtimes: 4, fleet: 5 });
    expect(opened.outbox).toHaveLength(1);
    expect(opened.outbox[0]).toMatchObject({ act: 'breaker-opened', at: at(5), id: `${opened.open?.id}-opened` });
    expect(lookAtBreaker(opened, spans(1, 2, 3, 4, 5), 5, at(6))).toBe(opened);
  });

  test('never closes by itself', () => {
    expect(lookAtBreaker(opened, [], 5, at(6) + 30 * day)).toBe(opened);
  });

  test('a look in which nothing is to be doubted gives the same object', () => {
    expect(lookAtBreaker(closedBreaker, spans(1, 2, 3), 5, at(5))).toBe(closedBreaker);
  });

  test('through the clocks: seen busy, then zero for everyone', () => {
    const idleFrom = (minutes: number) =>
      live(guarded(), 0, 60, { looks: (now) => (now < minutes ? 'busy' : undefined) }).state.clock.span;
    const fleet = [40, 41, 42, 45].map(idleFrom).filter((each) => each !== undefined);
    expect(suspectSpans(closedBreaker, fleet, 4)).toEqual({ from: at(40), to: at(45), runtimes: 4 });
    const never = [0, 0, 0, 0].map(idleFrom).filter((each) => each !== undefined);
    expect(suspectSpans(closedBreaker, never, 4)).toBeUndefined();
  });

  // "Spans that began within the same 5 minutes after being seen busy": runtimes that were made together, seen busy, and
  // read as zero before they were 30 minutes old, are idle together from then on; the zero readings hide that they were busy.
  test('seen busy while young, then zero for everyone', () => {
    const young = guarded({ runtime: runtimeWith({ createdAt: at(0) }) });
    const { span: each } = live(young, 0, 60, { looks: (now) => (now < 20 ? 'busy' : undefined) }).state.clock;
    expect(each?.since).toBe(at(30));
    expect(suspectSpans(closedBreaker, Array(4).fill(each), 4)?.runtimes).toBe(4);
  });
});

describe('re-arming', () => {
  test('closes it, by a person, with an entry', () => {
    expect(rearmed).not.toHaveProperty('open');
    expect(rearmed.outbox.at(-1)).toMatchObject({
      id: `${opened.open?.id}-rearmed`,
      at: at(60),
      act: 'breaker-rearmed',
      who: { kind: 'person', recipientId: 'rcp-1' },
    });
  });

  test('covers those spans', () => {
    expect(lookAtBreaker(rearmed, spans(1, 2, 3, 4), 5, at(61))).toBe(rearmed);
  });

  test('and those only', () => {
    expect(lookAtBreaker(rearmed, spans(1, 2, 3, 4, 5, 5, 5, 5), 7, at(61)).open?.from).toBe(at(5));
    expect(lookAtBreaker(rearmed, spans(70, 71, 72, 73), 5, at(80)).open?.from).toBe(at(70));
    expect(lookAtBreaker(rearmed, spans(4, 5, 6, 7), 4, at(80)).open).toBeUndefined();
  });

  test('twice, or by the link of another opening: nothing changes', () => {
    const id = opened.open?.id ?? '';
    expect(rearm(rearmed, id, 'rcp-1', at(61))).toBe(rearmed);
    const again = lookAtBreaker(rearmed, spans(70, 71, 72, 73), 5, at(80));
    expect(rearm(again, id, 'rcp-1', at(81))).toBe(again);
    expect(rearm(opened, 'breaker-0', 'rcp-1', at(81))).toBe(opened);
    expect(again.open?.id).not.toBe(id);
  });

  test('what is covered stays bounded, and the latest stay', () => {
    let breaker: Breaker = closedBreaker;
    for (let round = 0; round < 30; round += 1) {
      breaker = lookAtBreaker(
        { ...breaker, outbox: [] },
        spans(...Array<number>(4).fill(round * 100)),
        4,
        at(round * 100),
      );
      breaker = rearm(breaker, breaker.open?.id ?? '', 'rcp-1', at(round * 100));
    }
    expect(breaker.covered).toHaveLength(20);
    expect(breaker.covered.at(-1)).toEqual({ from: at(2900), to: at(2900) });
  });
});
