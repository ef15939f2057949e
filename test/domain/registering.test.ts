import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Wanted } from '#domain/board.ts';
import type { Listing } from '#domain/listing.ts';
import {
  type AskAnswer,
  listedWithin,
  planRegistering,
  recogniseOurs,
  withAnswers,
  withAsking,
} from '#domain/registering.ts';
import type { NotificationRequest } from '#domain/request.ts';
import { type KnownRequest, type KnownRequests, stepsForRequests } from '#domain/sources.ts';
import { day, type Instant, minute } from '#domain/time.ts';
import { at, complete, h100, h100Key, incomplete, request } from './given.ts';

const since = at(60);
const now = at(65);
const place = { region: h100.region, configId: h100.configId };
const wanted = (change: Partial<Wanted> = {}): Wanted => ({ ...place, stamp: 's1', putAt: at(58), ...change });
const ours = (madeAt: Instant): KnownRequest => ({ state: 'ours', ...place, madeAt });
const account: KnownRequest = { state: 'waiting', ...place };
const known = (change: Partial<KnownRequests> = {}): KnownRequests => ({ requests: {}, asking: {}, ...change });
const asking = { [h100Key]: since };
const shown = (...rows: NotificationRequest[]) => complete(now, ...rows);
const partly = (...rows: NotificationRequest[]) => incomplete(now, ...rows);
const made = (createdAt: Instant, change: Partial<NotificationRequest> = {}) => request({ createdAt, ...change });

describe('a request that Warden asked for without learning which it is', () => {
  type Row = [rule: string, Listing<NotificationRequest>, found: string | undefined, stillAsking: boolean];
  const table: Row[] = [
    ['a new one, made since', shown(made(since + 1)), 'q1', false],
    ['… in an incomplete list too', partly(made(since + 1)), 'q1', false],
    ['… by a clock that is five minutes behind', shown(made(since - 5 * minute)), 'q1', false],
    ['… that is notified already', shown(made(since + 1, { status: 'notified', notifiedAt: since + 2 })), 'q1', false],
    ['… that was cancelled already', shown(made(since + 1, { status: 'cancelled' })), 'q1', false],
    ['a new one that waits and does not say since when', shown(request()), 'q1', false],
    [
      'one notified since, that does not say when it was made',
      shown(request({ status: 'notified', notifiedAt: now })),
      'q1',
      false,
    ],
    ['an old one', shown(made(since - 6 * minute)), undefined, false],
    ['one that is over and does not say since when', shown(request({ status: 'notified' })), undefined, false],
    ['one of another offer', shown(made(since + 1, { region: 'as-west-2' })), undefined, false],
    ['none in a complete list: it was not registered', shown(), undefined, false],
    ['none in an incomplete list', partly(), undefined, true],
    ['none in a complete list of a moment later', complete(since + listedWithin - 1), undefined, true],
    ['none in a complete list by which it would be listed', complete(since + listedWithin), undefined, false],
  ];
  test.each(table)('%s', (_, listing, found, stillAsking) => {
    const after = recogniseOurs(known({ asking }), listing, now);
    expect(after).toEqual({
      requests: found === undefined ? {} : { [found]: ours(since) },
      asking: stillAsking ? asking : {},
    });
    // And nothing would come of reading it back.
    if (found !== undefined) expect(stepsForRequests(after.requests, listing, now)).toEqual([]);
  });

  test('is one at most: a second new one for the same offer is somebody else’s', () => {
    const listing = shown(made(since + 1), made(since + 2, { id: 'q2' }));
    const after = recogniseOurs(known({ asking }), listing, now);
    expect(after).toEqual({ requests: { q1: ours(since) }, asking: {} });
    expect(stepsForRequests(after.requests, listing, now)).toMatchObject([{ step: 'add', id: 'q2' }]);
  });

  test('is none that is known already', () => {
    const before = known({ requests: { q1: account }, asking });
    expect(recogniseOurs(before, shown(made(since)), now)).toEqual({ requests: { q1: account }, asking: {} });
  });

  test('what nobody asks for changes nothing', () => {
    const before = known({ recipientId: 'r1', requests: { q1: account } });
    expect(recogniseOurs(before, shown(made(since), request({ id: 'q2' })), now)).toEqual(before);
  });
});

describe('our own of long ago', () => {
  const old = now - 90 * day - 1;
  const table: [rule: string, KnownRequest, Listing<NotificationRequest>, kept: boolean][] = [
    ['listed no more: forgotten', ours(old), shown(), false],
    ['notified long ago: forgotten', ours(old), shown(request({ status: 'notified', notifiedAt: old })), false],
    ['cancelled: forgotten', ours(old), shown(request({ status: 'cancelled' })), false],
    [
      'notified a moment ago: read anew it would be told',
      ours(old),
      shown(request({ status: 'notified', notifiedAt: now })),
      true,
    ],
    ['waiting still', ours(old), shown(request()), true],
    ['missing from an incomplete list', ours(old), partly(), true],
    ['missing, and not so old', ours(old + 1), shown(), true],
    ['missing, and of unknown age', { state: 'ours', ...place }, shown(), true],
    ['somebody else’s', account, shown(), true],
  ];
  test.each(table)('%s', (_, before, listing, kept) => {
    expect(recogniseOurs(known({ requests: { q1: before } }), listing, now).requests).toEqual(
      kept ? { q1: before } : {},
    );
  });
});

describe('what to register', () => {
  type Row = [rule: string, KnownRequests, Listing<NotificationRequest>, 'ask' | 'done' | 'later'];
  const notified = request({ status: 'notified' });
  const table: Row[] = [
    ['an offer for which the account has no request', known(), shown(), 'ask'],
    ['… only one for another offer', known(), shown(request({ configId: 'other' })), 'ask'],
    ['… only one that is over', known(), shown(notified, request({ id: 'q2', status: 'cancelled' })), 'ask'],
    ['one that waits is enough', known(), shown(request()), 'done'],
    ['… whatever its status is called', known(), shown(request({ status: 'queued-up' })), 'done'],
    ['… whoever made it', known({ requests: { q1: ours(since) } }), shown(request()), 'done'],
    [
      'one of ours that was asked for since, though it is over',
      known({ requests: { q1: ours(at(58)) } }),
      shown(notified),
      'done',
    ],
    ['one of ours that is over, and a newer watch', known({ requests: { q1: ours(at(57)) } }), shown(notified), 'ask'],
    [
      'the account’s own that is over',
      known({ requests: { q1: { ...account, state: 'closing' } } }),
      shown(notified),
      'ask',
    ],
    ['an answer that is not clear yet', known({ asking }), shown(), 'later'],
    ['an incomplete list', known(), partly(), 'later'],
    ['… even where it shows one', known(), partly(request()), 'later'],
  ];
  test.each(table)('%s', (_, before, listing, what) => {
    expect(planRegistering([wanted()], before, listing, 10)).toEqual({
      ask: what === 'ask' ? [wanted()] : [],
      done: what === 'done' ? [wanted()] : [],
    });
  });

  test('no more at once than allowed, the newest first', () => {
    const all = [1, 3, 2].map((minutes) => wanted({ configId: `c${minutes}`, putAt: at(minutes) }));
    expect(planRegistering(all, known(), shown(), 2).ask.map(({ configId }) => configId)).toEqual(['c3', 'c2']);
  });
});

describe('what is known after asking', () => {
  const before = withAsking(known({ recipientId: 'r1', requests: { q1: account } }), [wanted()], since);
  const after = (answer?: AskAnswer) =>
    withAnswers(before, [answer === undefined ? { wanted: wanted() } : { wanted: wanted(), answer }]);

  test('the intent is written before', () => {
    expect(before).toEqual({ recipientId: 'r1', requests: { q1: account }, asking });
  });

  const table: [rule: string, answer: AskAnswer | undefined, KnownRequests][] = [
    [
      'registered',
      { outcome: 'registered', requestId: 'q2' },
      { ...before, requests: { q1: account, q2: ours(since) }, asking: {} },
    ],
    ['registered, and known already', { outcome: 'registered', requestId: 'q1' }, { ...before, asking: {} }],
    ['registered, and no word which: the next list shows it', { outcome: 'registered' }, before],
    ['no clear answer: the next list shows it', undefined, before],
    ['refused', { outcome: 'refused', because: 'no' }, { ...before, asking: {} }],
    ['not now', { outcome: 'not-now', failure: new Error('429') }, { ...before, asking: {} }],
  ];
  test.each(table)('%s', (_, answer, expected) => {
    expect(after(answer)).toEqual(expected);
  });

  test('each offer has its own answer', () => {
    const other = wanted({ configId: 'other' });
    const so = withAnswers(withAsking(known(), [wanted(), other], since), [
      { wanted: wanted() },
      { wanted: other, answer: { outcome: 'registered', requestId: 'q2' } },
    ]);
    expect(so.asking).toEqual(asking);
    expect(Object.keys(so.requests)).toEqual(['q2']);
  });
});

/**
 * A provider that says yes, no, or nothing, of which nothing says whether the request was made; and a process that may die right
 * after it asked.
 */
test('law: whatever answers are lost, ours is never read back, and one that waits is enough', () => {
  const turn = fc.record({
    fate: fc.constantFrom('answered', 'lost', 'not-made', 'died'),
    notified: fc.boolean(),
    whole: fc.boolean(),
    again: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
      let so = known();
      let rows: NotificationRequest[] = [];
      let marker: Wanted | undefined = wanted({ putAt: at(0) });
      turns.forEach(({ fate, notified, whole, again }, index) => {
        const time = at(5 * index);
        if (again) marker = wanted({ putAt: time, stamp: `s${index}` });
        if (notified) rows = rows.map((row) => ({ ...row, status: 'notified', notifiedAt: row.notifiedAt ?? time }));
        const listing = whole ? complete(time, ...rows) : incomplete(time, ...rows);
        so = recogniseOurs(so, listing, time);
        expect(stepsForRequests(so.requests, listing, time)).toEqual([]);
        const plan = planRegistering(marker === undefined ? [] : [marker], so, listing, 10);
        if (plan.done.length > 0) marker = undefined;
        for (const one of plan.ask) {
          so = withAsking(so, [one], time);
          const id = `q${index}`;
          if (fate !== 'not-made') rows = [...rows, request({ id, createdAt: time })];
          if (fate !== 'answered') continue;
          so = withAnswers(so, [{ wanted: one, answer: { outcome: 'registered', requestId: id } }]);
          marker = undefined;
        }
        expect(rows.filter(({ status }) => status === 'pending').length).toBeLessThanOrEqual(1);
      });
    }),
  );
});
