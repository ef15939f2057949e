import { describe, expect, test } from 'vitest';
import {
  asked,
  closedByOthers,
  condemned,
  gone,
  intended,
  nextDeletingStep,
  reappeared,
  reopened,
  spared,
  withStuck,
  wouldDelete,
} from '#domain/guardrails/deletion.ts';
import { keepRuntime } from '#domain/guardrails/keep.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { Intent, RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { judgeRuntime } from '#domain/guardrails/verdict.ts';
import { at } from '../domain/given.ts';
import { caseWith, idleClock, lastWarned, live, situationOf, tick } from './given.ts';

const entry = (act: LedgerEntry['act'], minutes: number): LedgerEntry => ({
  id: `prj-1/r1/e1/${act}`,
  at: at(minutes),
  act,
  who: { kind: 'rule', policy: 'default' },
  because: 'idle for 120 min',
  runtime: { project: 'prj-1', id: 'r1', name: 'train-alice' },
});

const intent: Intent = {
  entry: entry('delete-asked', 120),
  to: ['alice@example.com', 'operator@example.com'],
  savedId: 's1',
};

/** Its last warning was accepted, and named minute 120. */
const warned: RuntimeCase = { ...(lastWarned().kase as RuntimeCase), outbox: [] };
/** Whether it had an effect is not known, or it is sure that it had none. */
const unclearly = { because: 'HTTP 500', isRefused: false };
const surely = { because: 'HTTP 403', isRefused: true };
const goneCase = (kase: RuntimeCase, minutes: number): RuntimeCase => {
  const after = gone(kase, at(minutes));
  if (after === undefined) throw new RangeError('We never asked.');
  return after;
};

const withoutNamed = ({ named: _, ...kase }: RuntimeCase): RuntimeCase => kase;

const chosen = condemned(warned, at(120));
const intending = intended(chosen, intent, at(120));
const askedOnce = asked(intending, at(120));
const stuck = withStuck(askedOnce, at(130));
const wasReopened = reopened(stuck, at(151));
const isGone = goneCase(askedOnce, 122);
const isBack = reappeared(isGone, entry('reappeared', 130), at(130));

/** The state in words: of the deletion, of the idle time that was warned of, and what else is remembered. */
const inWords = (kase: RuntimeCase | undefined): string => {
  if (kase === undefined) return 'not ours';
  const { deletion, episode, asked: remembered, stuckSince, owedGone, reappearedAt, vanishedAt } = kase;
  return [
    deletion?.state ?? 'open',
    deletion?.state === 'deleting' && deletion.asks > 1 && `x${deletion.asks}`,
    deletion?.state === 'deleting' && deletion.askedAt === undefined && 'unclear',
    deletion?.state === 'deleting' && deletion.because !== undefined && 'failed',
    deletion?.state === 'deleting' && deletion.refused && 'refused',
    episode?.last !== undefined && 'warned',
    episode?.voided !== undefined && 'voided',
    remembered !== undefined && 'asked',
    stuckSince !== undefined && 'stuck',
    owedGone !== undefined && 'owed',
    reappearedAt !== undefined && 'again',
    vanishedAt !== undefined && 'vanished',
  ]
    .filter(Boolean)
    .join(' ');
};

const states = {
  warned,
  condemned: chosen,
  intending,
  asked: askedOnce,
  stuck,
  reopened: wasReopened,
  gone: isGone,
  again: isBack,
};

/** Each happens in minute 131, which is 11 minutes after the DELETE. */
const events: Readonly<Record<string, (kase: RuntimeCase) => RuntimeCase | undefined>> = {
  condemned: (kase) => condemned(kase, at(131)),
  spared: (kase) => spared(kase, 'busy', entry('spared', 131), at(131)),
  intended: (kase) => intended(kase, intent, at(131)),
  asked: (kase) => asked(kase, at(131)),
  failed: (kase) => asked(kase, at(131), unclearly),
  refused: (kase) => asked(kase, at(131), surely),
  'gone by us': (kase) => gone(kase, at(131)),
  'gone by others': (kase) => closedByOthers(kase, at(131)),
  reopened: (kase) => reopened(kase, at(131)),
  'not gone': (kase) => withStuck(kase, at(131)),
};

type Row = Readonly<Partial<Record<keyof typeof states, string>>>;
const table: Readonly<Record<keyof typeof events, Row>> = {
  condemned: {
    warned: 'condemned warned',
    condemned: 'condemned warned',
    intending: 'deleting unclear warned',
    asked: 'deleting warned',
    stuck: 'deleting warned stuck',
    reopened: 'condemned voided asked stuck',
    again: 'condemned again',
  },
  spared: {
    warned: 'open voided',
    condemned: 'open voided',
    intending: 'open voided asked',
    asked: 'open voided asked',
    stuck: 'open voided asked',
    reopened: 'open voided asked',
  },
  intended: {
    condemned: 'deleting unclear warned',
    intending: 'deleting x2 unclear warned asked',
    asked: 'deleting x2 unclear warned asked',
    stuck: 'deleting x2 unclear warned asked stuck',
    reopened: 'deleting unclear voided asked stuck',
    again: 'deleting unclear again',
  },
  asked: {
    warned: 'open warned',
    condemned: 'condemned warned',
    intending: 'deleting warned',
    asked: 'deleting warned',
    gone: 'gone owed',
    reopened: 'open voided asked stuck',
  },
  failed: {
    warned: 'open warned',
    condemned: 'condemned warned',
    intending: 'deleting failed warned',
    gone: 'gone owed',
  },
  refused: {
    condemned: 'condemned warned',
    intending: 'deleting failed refused warned',
    gone: 'gone owed',
  },
  'gone by us': {
    warned: 'not ours',
    condemned: 'not ours',
    intending: 'gone owed',
    asked: 'gone owed',
    stuck: 'gone owed',
    reopened: 'gone owed',
    again: 'not ours',
  },
  'gone by others': {
    warned: 'open vanished',
    condemned: 'open vanished',
    intending: 'open vanished',
    reopened: 'open vanished',
  },
  reopened: {
    intending: 'open voided asked',
    asked: 'open voided asked',
    stuck: 'open voided asked stuck',
  },
  'not gone': {
    warned: 'open warned',
    condemned: 'condemned warned',
    intending: 'deleting unclear warned stuck',
    asked: 'deleting warned stuck',
    stuck: 'deleting warned stuck',
    gone: 'gone owed',
    reopened: 'open voided asked stuck',
  },
};

const cells = Object.entries(table).flatMap(([event, row]) =>
  Object.entries(row).map(([state, after]) => [event, state, after] as const),
);

test.each(cells)('%s, when it is %s: %s', (event, state, after) => {
  const before = states[state as keyof typeof states];
  const next = events[event]?.(before);
  expect(inWords(next)).toBe(after);
  // The ledger only grows.
  if (next !== undefined) expect(next.outbox.slice(0, before.outbox.length)).toEqual(before.outbox);
});

describe('the intent', () => {
  test('says since when, how often, what it stands on, and that nothing is known of its answer', () => {
    expect(intending.deletion).toEqual({ state: 'deleting', since: at(120), intentAt: at(120), asks: 1, ...intent });
  });

  test('of a retry keeps since when, and forgets the answer before', () => {
    const retried = intended(asked(intending, at(120), unclearly), { ...intent, savedId: 's2' }, at(131));
    expect(retried.deletion).toEqual({
      state: 'deleting',
      since: at(120),
      intentAt: at(131),
      asks: 2,
      ...intent,
      savedId: 's2',
    });
  });

  test('each is an entry of its own', () => {
    const retried = intended(askedOnce, intent, at(131));
    const ids = retried.outbox.map(({ id }) => id);
    expect(retried.outbox.map(({ act }) => act)).toEqual(['delete-asked', 'delete-asked']);
    expect(new Set(ids).size).toBe(2);
    // Written again after a crash, the same one has the same id.
    expect(intended(chosen, intent, at(120)).outbox).toEqual(intending.outbox);
  });

  test('a DELETE that was answered: when; one that was not: why; asked again: not any more', () => {
    expect(askedOnce.deletion).toMatchObject({ askedAt: at(120) });
    const failed = asked(intending, at(121), unclearly);
    expect(failed.deletion).toMatchObject({ askedAt: at(121), because: 'HTTP 500' });
    expect(failed.deletion).not.toHaveProperty('refused');
    expect(asked(intending, at(121), surely).deletion).toMatchObject({ because: 'HTTP 403', refused: true });
    const retried = asked(intended(asked(intending, at(121), surely), intent, at(131)), at(131));
    expect(retried.deletion).not.toHaveProperty('because');
    expect(retried.deletion).not.toHaveProperty('refused');
  });
});

describe('gone, by our doing', () => {
  test('the owner is to be told, and the ledger has it', () => {
    const deleted = { ...intent.entry, id: expect.any(String), act: 'deleted', at: at(122) };
    expect(isGone.deletion).toEqual({ state: 'gone', at: at(122) });
    expect(isGone.owedGone).toEqual({ to: intent.to, level: 0, owedAt: at(122), entry: deleted, savedId: 's1' });
    expect(isGone.outbox.at(-1)).toEqual(deleted);
    const { savedId: _, ...unsaved } = intent;
    expect(goneCase(intended(chosen, unsaved, at(120)), 122).owedGone).not.toHaveProperty('savedId');
  });

  test('nothing is left of the idle time, of the intent, of a keep', () => {
    const kept = { ...stuck, keep: { until: at(900), at: at(100), by: 'm1:4h' }, reappearedAt: at(3) };
    const after = goneCase(kept, 140);
    for (const left of ['episode', 'keep', 'asked', 'stuckSince', 'reappearedAt']) {
      expect(after).not.toHaveProperty(left);
    }
  });

  test('its entry has the same id whenever it is noticed, and another one than after another intent', () => {
    const idAfter = (kase: RuntimeCase, minutes: number) => goneCase(kase, minutes).outbox.at(-1)?.id;
    expect(idAfter(askedOnce, 122)).toBe(idAfter(askedOnce, 125));
    const later = intended(wasReopened, { ...intent, entry: entry('delete-asked', 220) }, at(220));
    expect(idAfter(later, 221)).not.toBe(idAfter(askedOnce, 122));
  });

  test('after the case was closed as spared, or reopened: it was our doing', () => {
    for (const closed of [spared(askedOnce, 'busy', entry('spared', 121), at(121)), wasReopened]) {
      expect(closed.asked).toEqual(intent);
      expect(goneCase(closed, 160).owedGone).toMatchObject({ to: intent.to, savedId: 's1' });
    }
  });

  test('up to a day after it was asked; later it was somebody else', () => {
    const dayMinutes = 24 * 60;
    expect(inWords(gone(wasReopened, at(120 + dayMinutes)))).toBe('gone owed');
    expect(gone(wasReopened, at(120 + dayMinutes) + 1)).toBeUndefined();
  });

  test('a DELETE of which it is sure that it had no effect is not remembered; one that is unclear is', () => {
    expect(reopened(asked(intending, at(120), surely), at(151))).not.toHaveProperty('asked');
    expect(reopened(asked(intending, at(120), unclearly), at(151)).asked).toEqual(intent);
    expect(reopened(intending, at(151)).asked).toEqual(intent);
  });

  // "`refused`: it is sure that it had no effect" is said of the latest DELETE; the one before it was accepted.
  test('of two DELETEs the first was accepted, and the second refused: it is remembered', () => {
    const again = asked(intended(askedOnce, intent, at(131)), at(131), surely);
    expect(reopened(again, at(151)).asked).toEqual(intent);
  });

  // "One that is deleted by somebody else meanwhile: close the case, no mail of ours."
  test('after its only DELETE was surely refused, it was somebody else', () => {
    expect(gone(asked(intending, at(120), surely), at(125))).toBeUndefined();
  });

  test('in use again, or kept: what was asked before counts no more, and nothing is stuck', () => {
    const used = tick({ ...lastWarned(), kase: wasReopened, clock: idleClock(151, at(151)) }, at(152), 'busy');
    expect(inWords(used.judged)).toBe('open');
    const wish = { episodeId: wasReopened.episode?.id ?? '', choice: '4h', mailId: 'm1' } as const;
    expect(inWords(keepRuntime(wasReopened, wish, at(152)).kase)).toBe('open voided');
  });

  test('the latest intent is the one that counts', () => {
    const later: Intent = { entry: entry('delete-asked', 220), to: ['bob@example.com'] };
    const after = goneCase(intended(wasReopened, later, at(220)), 222);
    expect(after.owedGone).toMatchObject({ to: ['bob@example.com'] });
    expect(after.owedGone).not.toHaveProperty('savedId');
  });
});

describe('gone, by somebody else', () => {
  test('the case is closed, and nobody is told by us', () => {
    const after = closedByOthers(warned, at(110));
    expect(after).not.toHaveProperty('owedGone');
    expect(after).not.toHaveProperty('episode');
    expect(after.vanishedAt).toBe(at(110));
    expect(after.outbox.at(-1)).toMatchObject({ act: 'closed', at: at(110), who: { kind: 'others' } });
    expect(after.outbox.at(-1)?.runtime).toEqual({ project: 'prj-1', id: 'r1', name: 'train-alice' });
  });
});

describe('gone, before anybody was warned', () => {
  test('the case is closed without a word', () => {
    const after = closedByOthers({ ...caseWith(), episode: { id: 'e1', since: at(0) } }, at(61));
    expect(after).toEqual({ ...caseWith(), vanishedAt: at(61) });
  });
});

describe('spared', () => {
  test('the warnings count no more, and why is written down', () => {
    const after = spared(chosen, 'it is busy', entry('spared', 120), at(120));
    expect(after.episode?.voided).toEqual({ at: at(120), because: 'it is busy' });
    expect(after.outbox).toEqual([entry('spared', 120)]);
    expect(after.named).toBe(warned.named);
  });

  test('at the last look of a retry: nothing is stuck any more, and no DELETE is asked without a fresh warning', () => {
    const after = spared(stuck, 'it is busy', entry('spared', 131), at(131));
    const lived = live({ ...lastWarned(), kase: after }, 132, 200);
    const deletedIn = [...lived.verdicts].filter(([, { verdict }]) => verdict === 'delete').map(([minute]) => minute);
    expect(deletedIn).toEqual([192]);
  });
});

describe('observe mode', () => {
  test('it would have been deleted: marked, written down, and nothing else', () => {
    const after = wouldDelete(chosen, entry('would-delete', 120), at(120));
    expect(after).toEqual({
      ...warned,
      episode: { ...warned.episode, would: at(120) },
      outbox: [entry('would-delete', 120)],
    });
    expect(tick({ ...lastWarned(), kase: after }, at(121)).verdict.verdict).toBe('would');
  });

  test('a deletion that was asked before it was observed only is remembered', () => {
    expect(wouldDelete(askedOnce, entry('would-delete', 131), at(131)).asked).toEqual(intent);
  });
});

describe('a deletion under way', () => {
  const unclear = intending;
  const refused = asked(intending, at(120), unclearly);
  const steps: [rule: string, kase: RuntimeCase, status: string, minutes: number, step: string][] = [
    ['asked: watched for 10 minutes', askedOnce, 'Running', 130 - 1 / 60_000, 'wait'],
    ['asked again after 10 minutes', askedOnce, 'Running', 130, 'retry'],
    ['asked again up to 30 minutes after the named time', askedOnce, 'Running', 150, 'retry'],
    ['and not later', askedOnce, 'Running', 150 + 1 / 60_000, 'reopen'],
    ['10 minutes after each DELETE', asked(askedOnce, at(135)), 'Running', 144, 'wait'],
    ['10 minutes after each DELETE, again', asked(askedOnce, at(135)), 'Running', 145, 'retry'],
    ['not known whether it was asked: asked again', unclear, 'Running', 121, 'retry'],
    ['not known whether it was asked, too late: not asked', unclear, 'Running', 151, 'reopen'],
    ['not accepted: 10 minutes, too', refused, 'Running', 129, 'wait'],
    ['not accepted: asked again', refused, 'Running', 130, 'retry'],
    ['Terminating is only watched', askedOnce, 'Terminating', 135, 'wait'],
    ['however long', askedOnce, 'Terminating', 5_000, 'wait'],
    ['in whatever case', askedOnce, 'TERMINATING', 135, 'wait'],
    ['Deleting, too', unclear, 'Deleting', 135, 'wait'],
    ['a status never seen before is no sign of going', askedOnce, 'NotTerminating', 135, 'retry'],
    ['another status', askedOnce, 'Error', 135, 'retry'],
    ['no time was named: not asked', withoutNamed(askedOnce), 'Running', 131, 'reopen'],
    ['nothing is under way', warned, 'Running', 131, 'wait'],
    ['condemned only', chosen, 'Running', 131, 'wait'],
    ['gone', isGone, 'Running', 131, 'wait'],
  ];
  test.each(steps)('%s', (_, kase, status, minutes, step) => {
    expect(nextDeletingStep(kase, status, at(minutes))).toBe(step);
  });

  test('is stuck 10 minutes after it was first asked, once, whatever was tried meanwhile', () => {
    expect(withStuck(askedOnce, at(130) - 1)).toBe(askedOnce);
    expect(stuck.stuckSince).toBe(at(120));
    expect(withStuck(stuck, at(140))).toBe(stuck);
    const retried = asked(intended(askedOnce, intent, at(125)), at(125));
    expect(withStuck(retried, at(130)).stuckSince).toBe(at(120));
  });

  test('no rule of the ladder touches it', () => {
    const deleting = tick({ ...lastWarned(), kase: askedOnce }, at(125), 'busy');
    expect(deleting.verdict.verdict).toBe('deleting');
    expect(deleting.judged).toBe(askedOnce);
    expect(tick({ ...lastWarned(), kase: isGone }, at(125)).verdict.verdict).toBe('gone');
  });
});

describe('reopened', () => {
  test('the ladder begins again: a fresh last warning, an hour ahead', () => {
    const lived = live({ ...lastWarned(), kase: wasReopened, clock: idleClock(151, at(151)) }, 152, 230);
    const verdicts = [...lived.verdicts].map(([minute, { verdict }]) => `${minute} ${verdict}`);
    expect(verdicts[0]).toBe('152 warn-last');
    expect(verdicts.at(-1)).toBe('212 delete');
  });
});

describe('it is there again', () => {
  test('it is young again, the deletion is over, and nobody is told that it is gone', () => {
    expect(isBack.reappearedAt).toBe(at(130));
    expect(isBack).not.toHaveProperty('owedGone');
    expect(isBack).not.toHaveProperty('deletion');
    expect(isBack).not.toHaveProperty('asked');
    expect(isBack.outbox.at(-1)).toEqual(entry('reappeared', 130));
  });

  test('nobody is warned of its old idle time', () => {
    const state = { ...lastWarned(), kase: isBack, clock: idleClock(130, at(130)) };
    const lived = live(state, 131, 330);
    const later = [...lived.verdicts].filter(([, { verdict }]) => verdict === 'warn-first' || verdict === 'warn-last');
    // Young for 30 minutes, then idle for 105; a first one went out less than 12 hours ago.
    expect(later.map(([minute, { verdict }]) => `${minute} ${verdict}`)).toEqual([`${130 + 30 + 105} warn-last`]);
  });

  test('judged while it is gone, its case stays as it is', () => {
    const situation = situationOf(lastWarned(), at(125));
    expect(judgeRuntime(isGone, situation).kase).toBe(isGone);
  });
});
