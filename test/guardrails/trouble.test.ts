import { describe, expect, test } from 'vitest';
import {
  emptyDesk,
  type FoundTrouble,
  isDue,
  type OperatorDesk,
  type Trouble,
  type TroubleKind,
  withTold,
  withTroubles,
} from '#domain/guardrails/trouble.ts';
import { at } from '../domain/given.ts';

const found = (kind: TroubleKind, minutes: number, changes: Partial<FoundTrouble> = {}): FoundTrouble => ({
  key: `${kind} r1`,
  kind,
  since: at(minutes),
  about: 'r1',
  because: 'still there',
  ...changes,
});

const dueKeys = (desk: OperatorDesk, minutes: number): string[] =>
  Object.values(desk.troubles)
    .filter((trouble) => isDue(trouble, at(minutes)))
    .map(({ key }) => key);

/** The minutes in which the operator is mailed about one trouble that stands in these minutes, looked at every minute. */
const mailsOf = (kind: TroubleKind, stands: (minutes: number) => boolean, until: number): number[] => {
  let desk = emptyDesk;
  const mails: number[] = [];
  for (let minutes = 0; minutes <= until; minutes += 1) {
    desk = withTroubles(desk, stands(minutes) ? [found(kind, minutes)] : [], at(minutes));
    const due = dueKeys(desk, minutes);
    if (due.length > 0) mails.push(minutes);
    desk = withTold(desk, due, at(minutes));
  }
  return mails;
};

const dayMinutes = 24 * 60;

describe('how often the operator is told', () => {
  const often: TroubleKind[] = ['stuck', 'unreachable', 'breaker'];
  test.each(often)('%s: at once, after 1 hour, then daily, and once when it is over', (kind) => {
    const mails = mailsOf(kind, (minutes) => minutes >= 10 && minutes < 4_000, 9_000);
    expect(mails).toEqual([10, 70, 70 + dayMinutes, 70 + 2 * dayMinutes, 4_000]);
  });

  const once: TroubleKind[] = ['unknown', 'not-running', 'reappeared'];
  test.each(once)('%s: once, and then in the daily mail alone', (kind) => {
    expect(mailsOf(kind, (minutes) => minutes >= 10 && minutes < 4_000, 9_000)).toEqual([10]);
  });

  test('one that is over for good and comes back is told anew', () => {
    const mails = mailsOf('stuck', (minutes) => minutes < 20 || (minutes >= 500 && minutes < 520), 3_000);
    expect(mails).toEqual([0, 20, 500, 520]);
  });

  test('one that is over before it was told is never told', () => {
    const standing = withTroubles(emptyDesk, [found('stuck', 0)], at(0));
    const over = withTroubles(standing, [], at(1));
    expect(over.troubles).toEqual({});
  });

  test('the mail service is down: it stays due, and its end is told only if it was', () => {
    const standing = withTroubles(emptyDesk, [found('stuck', 0)], at(0));
    expect(dueKeys(standing, 600)).toEqual(['stuck r1']);
  });

  const told = (minutes: number[], changes: Partial<Trouble> = {}): Trouble => ({
    ...found('stuck', 0),
    told: minutes.map(at),
    ...changes,
  });
  const table: [rule: string, Trouble, minutes: number, due: boolean][] = [
    ['never told', told([]), 0, true],
    ['59 minutes after the first mail', told([0]), 59, false],
    ['an hour after the first mail', told([0]), 60, true],
    ['an hour after the second', told([0, 60]), 120, false],
    ['a day after the second, but for a minute', told([0, 60]), 60 + dayMinutes - 1, false],
    ['a day after the second', told([0, 60]), 60 + dayMinutes, true],
    ['a day after the fourth', told([0, 60, 1500]), 1500 + dayMinutes, true],
    ['an hour after the fourth', told([0, 60, 1500]), 1560, false],
    ['over, told before', told([0], { overAt: at(5) }), 5, true],
    ['over, told since', told([0, 6], { overAt: at(5) }), 600, false],
    ['over, never told', told([], { overAt: at(5) }), 5, false],
    ['told once, over', { ...told([0], { overAt: at(5) }), kind: 'unknown' }, 5, false],
    ['the clock went back', told([500]), 0, false],
  ];
  test.each(table)('%s', (_, trouble, minutes, due) => {
    expect(isDue(trouble, at(minutes))).toBe(due);
  });
});

describe('what the desk remembers', () => {
  const standing = withTold(withTroubles(emptyDesk, [found('stuck', 0)], at(0)), ['stuck r1'], at(1));

  test('one that stands keeps when it began and when it was told; its words are the latest', () => {
    const desk = withTroubles(standing, [found('stuck', 7, { because: 'HTTP 500', usdPerHour: 4 })], at(7));
    expect(desk.troubles['stuck r1']).toEqual({
      ...found('stuck', 0),
      because: 'HTTP 500',
      usdPerHour: 4,
      told: [at(1)],
    });
  });

  test('one that is over is remembered, from then on, until that was told', () => {
    const over = withTroubles(standing, [], at(7));
    expect(over.troubles['stuck r1']?.overAt).toBe(at(7));
    expect(withTroubles(over, [], at(9)).troubles['stuck r1']?.overAt).toBe(at(7));
    expect(withTold(over, ['stuck r1'], at(10)).troubles).toEqual({});
    expect(withTold(over, ['other'], at(10))).toEqual(over);
  });

  test('one that comes back before its end was told has not ended for anybody: no new mail', () => {
    const back = withTroubles(withTroubles(standing, [], at(7)), [found('stuck', 8)], at(8));
    expect(back.troubles['stuck r1']).toEqual({ ...standing.troubles['stuck r1'], because: 'still there' });
    expect(dueKeys(back, 8)).toEqual([]);
  });

  test('one of the kinds told once is forgotten when it is over', () => {
    const unknown = withTold(withTroubles(emptyDesk, [found('unknown', 0)], at(0)), ['unknown r1'], at(1));
    expect(withTroubles(unknown, [], at(7)).troubles).toEqual({});
  });

  test('troubles of several runtimes do not touch one another, nor the daily mail', () => {
    const desk = withTroubles(
      { ...standing, digestUpTo: at(0), digestOwed: at(1) },
      [found('breaker', 3), found('unknown', 3, { key: 'unknown r2' })],
      at(7),
    );
    expect(Object.keys(desk.troubles).toSorted()).toEqual(['breaker r1', 'stuck r1', 'unknown r2']);
    expect(desk).toMatchObject({ digestUpTo: at(0), digestOwed: at(1) });
    expect(dueKeys(desk, 7).toSorted()).toEqual(['breaker r1', 'stuck r1', 'unknown r2']);
    expect(withTold(desk, [], at(8))).toEqual(desk);
  });

  test('of bounded size, however long a trouble stands', () => {
    let desk = standing;
    for (let round = 2; round < 100; round += 1) desk = withTold(desk, ['stuck r1'], at(round));
    expect(desk.troubles['stuck r1']?.told).toEqual([at(97), at(98), at(99)]);
  });

  // "Once when it is over": a mail that was written while it stood, and accepted after it was over, did not say so:
  // it is recorded by the time at which it was written.
  test('over while a mail that says it stands was on its way', () => {
    const over = withTroubles(standing, [], at(61));
    const afterMailOfMinute60 = withTold(over, ['stuck r1'], at(60));
    expect(dueKeys(afterMailOfMinute60, 63)).toEqual(['stuck r1']);
  });
});
