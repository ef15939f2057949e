import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '#domain/judge-recipient.ts';
import { type Recipient, unsubscribed } from '#domain/recipient.ts';
import { hour, minute } from '#domain/time.ts';
import {
  afterLooks,
  anyGpu,
  anyH100,
  at,
  closedSince,
  exactH100,
  h100Key,
  openSince,
  owing,
  recipientWith,
  rtx5090,
  rtxKey,
  standingOf,
  watch,
  windowRow,
  withFree,
  withTold,
} from './given.ts';

const firedOf = (recipient: Recipient, offers: Parameters<typeof judge>[1], minutes: number) =>
  judge(recipient, offers, at(minutes)).fired.map(({ watchId, offer, openedAt }) => [watchId, offer, openedAt]);

describe('a watch fires when its offer becomes rentable', () => {
  const one = recipientWith(watch('w', exactH100));

  test('what fires becomes owed: for which watch, which offer, which window', () => {
    const { recipient, fired, expired } = judge(one, [openSince(3)], at(5));
    const row = { kind: 'window', watchId: 'w', offer: h100Key, openedAt: at(3), owedAt: at(5) };
    expect(fired).toEqual([row]);
    expect(Object.values(recipient.owed)).toEqual([row]);
    expect(expired).toEqual([]);
    expect(recipient.watches).toEqual(one.watches);
  });

  const cases: [string, ReturnType<typeof watch>, Parameters<typeof judge>[1], string[]][] = [
    ['nothing free', watch('w', exactH100), [closedSince(0)], []],
    ['another offer', watch('w', exactH100), [openSince(0, rtx5090)], []],
    [
      'the same config in another region',
      watch('w', exactH100),
      [openSince(0, { ...rtx5090, region: 'as-west-2' })],
      [],
    ],
    [
      'by description: each offer that fits',
      watch('w', anyGpu),
      [openSince(0), openSince(0, rtx5090)],
      [h100Key, rtxKey],
    ],
    ['by description: only what fits', watch('w', anyH100), [openSince(0), openSince(0, rtx5090)], [h100Key]],
    ['too few GPUs', watch('w', { ...exactH100, gpus: 8 }), [afterLooks([{ minutes: 0, offer: withFree(7) }])], []],
    ['above the price limit', watch('w', { ...exactH100, maxPricePerGpuHour: 1.98 }), [openSince(0)], []],
    ['within the price limit', watch('w', { ...exactH100, maxPricePerGpuHour: 1.99 }), [openSince(0)], [h100Key]],
  ];
  test.each(cases)('%s', (_, given, offers, keys) => {
    expect(firedOf(recipientWith(given), offers, 5).map(([, offer]) => offer)).toEqual(keys);
  });

  test('a watch that is done, ended or owed already fires no more', () => {
    const twice = recipientWith(watch('done', exactH100), watch('ended', exactH100), watch('owed', exactH100));
    const kept = twice.watches.done;
    if (kept === undefined) throw new Error('missing');
    const done = {
      ...twice,
      watches: { ...twice.watches, done: { ...kept, standing: { state: 'done', at: at(0) } as const } },
    };
    const given = owing(unsubscribed(done, ['ended'], at(0)), 'owed');
    expect(firedOf(given, [openSince(3)], 5)).toEqual([]);
    expect(judge(given, [openSince(3)], at(5)).recipient).toEqual(given);
  });

  test('what is owed for one offer holds back no other', () => {
    expect(firedOf(owing(recipientWith(watch('w', anyGpu)), 'w'), [openSince(0), openSince(0, rtx5090)], 5)).toEqual([
      ['w', rtxKey, at(0)],
    ]);
  });
});

describe('the same wish in two sources is told once', () => {
  const twins = recipientWith(
    watch('config', exactH100),
    watch('account', exactH100, { source: 'account' }),
    watch('two', { ...exactH100, gpus: 8 }),
  );
  test('a window that was told for one is not news for the other', () => {
    const told = withTold(twins, 'config', h100Key, { openedAt: at(0), mailedAt: at(1) });
    expect(firedOf(told, [openSince(0)], 5)).toEqual([['two', h100Key, at(0)]]);
    expect(firedOf(told, [openSince(3)], 5)).toHaveLength(3);
  });
});

describe('expiry: told once, and by itself', () => {
  const expiring = (source: 'config' | 'account') =>
    recipientWith(watch('w', exactH100, { source, expiresAt: at(10) }), watch('v', anyGpu));

  test('a millisecond before, it still fires', () => {
    const { expired, fired } = judge(expiring('config'), [openSince(3)], at(10) - 1);
    expect(expired).toEqual([]);
    expect(fired.map(({ watchId }) => watchId)).toContain('w');
  });
  test('then it has ended, fires no more, and its recipient is owed one line about it', () => {
    const { recipient, expired, fired } = judge(expiring('config'), [openSince(3)], at(10));
    expect(recipient.watches.w?.standing).toEqual({ state: 'ended', at: at(10), because: 'expired' });
    expect(standingOf(recipient, 'v')).toBe('armed');
    expect(expired).toEqual(['w']);
    expect(fired.map(({ watchId }) => watchId)).toEqual(['v']);
    expect(Object.values(recipient.owed)).toContainEqual({ kind: 'expired', watchId: 'w', owedAt: at(10) });
  });
  test('told once: nothing more is owed the next time, even after it was mailed', () => {
    const { recipient } = judge(expiring('config'), [], at(10));
    const again = judge({ ...recipient, owed: {} }, [], at(11));
    expect(again.expired).toEqual([]);
    expect(again.recipient.owed).toEqual({});
  });
  test("the provider's own request ends without a word: it was the provider's to announce", () => {
    const { recipient, expired } = judge(expiring('account'), [], at(10));
    expect(recipient.watches).not.toHaveProperty('w');
    expect(expired).toEqual(['w']);
    expect(recipient.owed).toEqual({});
  });
  test("the provider's own request ends only when what it fired for was told", () => {
    const { recipient, expired } = judge(owing(expiring('account'), 'w'), [], at(10));
    expect(recipient.watches).toHaveProperty('w');
    expect(expired).toEqual([]);
  });
  test('what was owed before it ran out is still owed', () => {
    const { recipient } = judge(owing(expiring('config'), 'w'), [], at(10));
    expect(Object.values(recipient.owed)).toContainEqual(windowRow('w', at(0)));
  });
});

describe('every: when to look again', () => {
  const told = (minutes: number) => ({ openedAt: at(minutes), mailedAt: at(minutes) });
  const every = recipientWith(watch('w', anyGpu, { notify: 'every' }), watch('v', anyH100, { notify: 'every' }));
  const given = withTold(withTold(every, 'w', h100Key, told(10)), 'v', h100Key, told(0));

  test('per offer, at the earliest time at which a watch may become due, whichever watch comes first', () => {
    const { lookAgainAt, fired } = judge(given, [openSince(100)], at(100));
    expect(fired).toEqual([]);
    expect(lookAgainAt).toEqual({ [h100Key]: at(0) + 6 * hour });
    const turned = { ...given, watches: Object.fromEntries(Object.entries(given.watches).toReversed()) };
    expect(judge(turned, [openSince(100)], at(100)).lookAgainAt).toEqual(lookAgainAt);
  });
  test('not for an offer that fires, is told or is closed', () => {
    expect(judge(given, [openSince(100)], at(370)).lookAgainAt).toEqual({});
    expect(judge(given, [openSince(0), openSince(0, rtx5090)], at(5)).lookAgainAt).toEqual({});
    expect(judge(given, [closedSince(100)], at(100)).lookAgainAt).toEqual({});
  });
  test('one may fire while another is to be looked at again', () => {
    const { lookAgainAt, fired } = judge(given, [openSince(100)], at(365));
    expect(fired.map(({ watchId }) => watchId)).toEqual(['v']);
    expect(lookAgainAt).toEqual({ [h100Key]: at(370) });
  });
});

describe('law: looking twice changes nothing the second time', () => {
  const offers = fc.array(
    fc.record({
      gpus: fc.constantFrom(0, 1, 8),
      price: fc.constantFrom(1, 3),
      rtx: fc.boolean(),
      minutes: fc.nat(400),
    }),
    { maxLength: 6 },
  );
  const watches = fc.array(
    fc.record({
      criteria: fc.constantFrom(
        anyGpu,
        anyH100,
        exactH100,
        { ...anyGpu, gpus: 8 },
        { ...anyH100, maxPricePerGpuHour: 2 },
      ),
      notify: fc.constantFrom('once' as const, 'every' as const),
      source: fc.constantFrom('config' as const, 'account' as const),
      expiresInMinutes: fc.option(fc.nat(800), { nil: undefined }),
      toldAtMinutes: fc.option(fc.nat(400), { nil: undefined }),
    }),
    { maxLength: 6 },
  );
  test('whatever is watched, told and free', () => {
    fc.assert(
      fc.property(watches, offers, fc.nat(800), (given, seen, now) => {
        const states = [false, true].flatMap((isRtx) => {
          const looks = seen
            .filter(({ rtx }) => rtx === isRtx)
            .map(({ gpus, price, minutes }) => ({
              minutes,
              offer: isRtx ? withFree(gpus, price, rtx5090) : withFree(gpus, price),
            }));
          return looks.length === 0 ? [] : [afterLooks(looks)];
        });
        const recipient = given.reduce(
          (so, { toldAtMinutes }, index) =>
            toldAtMinutes === undefined
              ? so
              : withTold(so, `w${index}`, h100Key, { openedAt: at(toldAtMinutes), mailedAt: at(toldAtMinutes) }),
          recipientWith(
            ...given.map(({ criteria, notify, source, expiresInMinutes }, index) =>
              watch(`w${index}`, criteria, {
                notify,
                source,
                ...(expiresInMinutes === undefined ? {} : { expiresAt: at(expiresInMinutes) }),
              }),
            ),
          ),
        );
        const first = judge(recipient, states, at(now));
        const second = judge(first.recipient, states, at(now));
        expect(second.recipient).toEqual(first.recipient);
        expect(second.fired).toEqual([]);
        expect(second.expired).toEqual([]);
        expect(second.lookAgainAt).toEqual(first.lookAgainAt);
        for (const again of Object.values(first.lookAgainAt)) expect(again).toBeGreaterThan(at(now));
        expect(Object.keys(first.recipient.owed).length).toBeGreaterThanOrEqual(first.fired.length);
        expect(first.fired.every(({ owedAt }) => owedAt === at(0) + now * minute)).toBe(true);
      }),
    );
  });
});
