import { describe, expect, test } from 'vitest';
import { type KeepWish, keepable, keepChoicesUpTo, keepRuntime } from '#domain/guardrails/keep.ts';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { day, hour } from '#domain/time.ts';
import { at } from '../domain/given.ts';
import { guarded, lastWarned, live, tick } from './given.ts';

const warned = lastWarned().kase as RuntimeCase;
const episodeId = warned.episode?.id ?? '';

const wish = (choice: KeepWish['choice'], changes: Partial<KeepWish> = {}): KeepWish => ({
  episodeId,
  choice,
  mailId: 'm1',
  recipientId: 'rcp-1',
  ...changes,
});

const pressed = (
  minutes: number,
  choice: KeepWish['choice'] = '4h',
  kase = warned,
  changes: Partial<KeepWish> = {},
) => {
  const answer = keepRuntime(kase, wish(choice, changes), at(minutes));
  if (answer.kase === undefined) throw new RangeError('There is no case.');
  return { ...answer, kase: answer.kase };
};

describe('the choices of a link', () => {
  const table: [upTo: number, choices: readonly string[]][] = [
    [4 * hour - 1, []],
    [4 * hour, ['4h']],
    [day - 1, ['4h']],
    [day, ['4h', '1d']],
    [7 * day - 1, ['4h', '1d']],
    [7 * day, ['4h', '1d', '7d']],
    [365 * day, ['4h', '1d', '7d']],
  ];
  test.each(table)('up to %d ms: %j', (upTo, choices) => {
    expect(keepChoicesUpTo(upTo, ['4h', '1d', '7d'])).toEqual(choices);
  });
});

describe('pressing Keep', () => {
  const lasts: [choice: KeepWish['choice'], milliseconds: number][] = [
    ['4h', 4 * hour],
    ['1d', day],
    ['7d', 7 * day],
  ];
  test.each(lasts)('%s: keeps it for so long, and its warnings count no more', (choice, milliseconds) => {
    const { kase, outcome } = pressed(110, choice);
    const until = at(110) + milliseconds;
    expect(outcome).toEqual({ outcome: 'kept', until });
    expect(kase.keep).toEqual({ until, at: at(110), by: `m1:${choice}` });
    expect(kase.episode).toMatchObject({
      id: episodeId,
      voided: { at: at(110), because: 'somebody asked to keep it' },
    });
    expect(kase.episode).not.toHaveProperty('last');
    // What a mail named stays a promise.
    expect(kase.named).toBe(warned.named);
  });

  test('is written down: who, which runtime, for how long', () => {
    const { kase } = pressed(110, '1d');
    expect(kase.outbox.slice(warned.outbox.length)).toEqual([
      {
        id: expect.stringContaining('prj-1/r1/'),
        at: at(110),
        act: 'kept',
        who: { kind: 'person', recipientId: 'rcp-1' },
        because: 'kept for 1d by a link',
        runtime: { project: 'prj-1', id: 'r1', name: 'train-alice' },
      },
    ]);
    const { recipientId: _, ...unknown } = wish('4h');
    expect(keepRuntime(warned, unknown, at(110)).kase?.outbox.at(-1)?.who).toStrictEqual({ kind: 'person' });
  });

  test('nothing is deleted while it is kept, and its owner is warned afresh afterwards', () => {
    const { kase } = pressed(110);
    const until = 110 + 240;
    const kept = live({ ...lastWarned(), kase }, 119, until - 1);
    expect(new Set([...kept.verdicts.values()].map(({ verdict }) => verdict))).toEqual(new Set(['kept']));
    const after = live(kept.state, until, until + 120);
    const turns = [...after.verdicts].filter(([, { verdict }]) => verdict === 'delete').map(([minutes]) => minutes);
    expect(after.verdicts.get(until)?.verdict).toBe('warn-last');
    expect(turns).toEqual([until + 60]);
  });

  test('the choice of the same mail again: nothing changes, also later', () => {
    const { kase, outcome } = pressed(110);
    expect(pressed(110, '4h', kase)).toEqual({ kase, outcome });
    const later = pressed(340, '4h', kase);
    expect(later.kase).toBe(kase);
    expect(later.outcome).toEqual(outcome);
  });

  test('a shorter choice does not shorten, whichever mail it stands in', () => {
    const { kase, outcome } = pressed(110, '1d');
    for (const mailId of ['m1', 'm2']) {
      const shorter = pressed(120, '4h', kase, { mailId });
      expect(shorter.kase).toBe(kase);
      expect(shorter.outcome).toEqual(outcome);
    }
  });

  test('a longer choice lengthens, and so does the same one of another mail', () => {
    const { kase } = pressed(110, '4h');
    expect(pressed(120, '1d', kase).outcome).toEqual({ outcome: 'kept', until: at(120) + day });
    expect(pressed(120, '4h', kase, { mailId: 'm2' }).outcome).toEqual({ outcome: 'kept', until: at(360) });
    expect(pressed(120, '1d', kase).kase.outbox).toHaveLength(kase.outbox.length + 1);
  });

  test('pressed in either order, it is kept as long as the longest says', () => {
    const shortFirst = pressed(111, '1d', pressed(110, '4h').kase).kase;
    expect(pressed(112, '4h', shortFirst).kase).toBe(shortFirst);
  });

  test('after it ran out the same link keeps again', () => {
    const { kase } = pressed(110);
    expect(pressed(349, '4h', kase).outcome).toEqual({ outcome: 'kept', until: at(350) });
    expect(pressed(350, '4h', kase).outcome).toEqual({ outcome: 'kept', until: at(350) + 4 * hour });
  });

  // "`id` is made of what happened, so that writing the same entry again changes nothing": these are two that happened.
  test('after it ran out, keeping again by the same link is an entry of its own', () => {
    const ids = pressed(400, '4h', pressed(110).kase).kase.outbox.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('when Keep is pressed', () => {
  const intent = { entry: { ...(warned.outbox[0] as RuntimeCase['outbox'][number]) }, to: ['alice@example.com'] };
  const deleting = { state: 'deleting', since: at(120), intentAt: at(120), asks: 1, ...intent } as const;
  const busy = tick(lastWarned(), at(119), 'busy').state.kase;
  const { episode: _episode, ...forgotten } = warned;
  const isGone: RuntimeCase = { ...forgotten, deletion: { state: 'gone', at: at(125) } };
  const other: RuntimeCase = { ...warned, episode: { ...warned.episode, id: 'e0', since: at(0) } };
  const table: [rule: string, kase: RuntimeCase | undefined, outcome: unknown][] = [
    ['the runtime is not known any more: over', undefined, { outcome: 'over' }],
    ['it was used since: over', busy, { outcome: 'over' }],
    ['the link is of another idle time: over', other, { outcome: 'over' }],
    ['its DELETE may be out: too late', { ...warned, deletion: deleting }, { outcome: 'too-late', state: 'deleting' }],
    [
      'it is gone: too late',
      { ...warned, deletion: { state: 'gone', at: at(125) } },
      { outcome: 'too-late', state: 'gone' },
    ],
    ['it is gone, and with it what it was warned of: too late', isGone, { outcome: 'too-late', state: 'gone' }],
  ];
  test.each(table)('%s', (_, kase, outcome) => {
    expect(keepable(kase, episodeId)).toEqual(outcome);
    const answer = keepRuntime(kase, wish('7d'), at(126));
    expect(answer.outcome).toEqual(outcome);
    expect(answer.kase).toBe(kase);
  });

  test('it is condemned, before the last look: saved', () => {
    const condemned: RuntimeCase = { ...warned, deletion: { state: 'condemned', at: at(120) } };
    const { kase, outcome } = pressed(120, '4h', condemned);
    expect(outcome.outcome).toBe('kept');
    expect(kase).not.toHaveProperty('deletion');
    expect(tick({ ...lastWarned(), kase }, at(121)).verdict.verdict).toBe('kept');
  });

  test('a look at the link changes nothing', () => {
    expect(keepable(warned, episodeId)).toEqual({ outcome: 'keepable', kase: warned });
  });

  test('only a first warning is out', () => {
    const told = live(guarded(), 0, 61).state.kase as RuntimeCase;
    const { kase } = pressed(70, '4h', told, { episodeId: told.episode?.id ?? '' });
    expect(kase.keep?.until).toBe(at(70) + 4 * hour);
    expect(kase.episode?.first).toEqual(told.episode?.first);
  });
});
