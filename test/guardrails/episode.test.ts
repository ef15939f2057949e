import { describe, expect, test } from 'vitest';
import {
  addresseeOf,
  bounceWarning,
  endEpisode,
  oweWarning,
  type ReturnedMailOf,
  reachable,
  refuseWarning,
  voidWarnings,
  wasWarned,
} from '#domain/guardrails/episode.ts';
import { newCase, type RuntimeCase, type Warning } from '#domain/guardrails/runtime-case.ts';
import { hour, minute } from '#domain/time.ts';
import { at, start } from '../domain/given.ts';
import { digest, entryOf, mailOf, runtimeWith, withAccepted } from './given.ts';

const bare = newCase(runtimeWith(), 'train-alice', 'ground');
const begun = { id: 'e1', since: start };

const warning = (step: Warning['step'], changes: Partial<Warning> = {}): Warning => ({
  step,
  owedAt: at(step === 'first' ? 60 : 105),
  notBefore: at(step === 'first' ? 60 : 105),
  deleteAt: at(120),
  ahead: 0,
  to: ['alice@example.com', 'team@example.com', 'operator@example.com'],
  level: 0,
  mail: 'owed',
  ...changes,
});

const owing = (step: Warning['step'], changes: Partial<Warning> = {}, kase = bare) =>
  oweWarning(kase, warning(step, changes), begun);

const accepted = (step: Warning['step'], minutes: number, kase: RuntimeCase): RuntimeCase =>
  withAccepted(kase, mailOf(kase, step, at(minutes)), at(minutes));

const bothSent = accepted('last', 106, owing('last', {}, accepted('first', 61, owing('first'))));

describe('a warning that is owed', () => {
  test('begins the idle time that people are warned of, and nothing is promised yet', () => {
    const kase = owing('first');
    expect(kase.episode).toEqual({ ...begun, first: warning('first') });
    expect(kase).not.toHaveProperty('named');
    expect(kase).not.toHaveProperty('firstWarnedAt');
    expect(wasWarned(kase.episode ?? begun)).toBe(false);
  });

  test('the second joins the first', () => {
    expect(bothSent.episode).toMatchObject({ id: 'e1', first: { mail: 'sent' }, last: { mail: 'sent' } });
  });

  test('a first one that was not sent yet has been overtaken by the last one', () => {
    const kase = owing('last', {}, owing('first'));
    expect(kase.episode).toEqual({ ...begun, last: warning('last') });
    const late = withAccepted(kase, mailOf(owing('first'), 'first', at(106)), at(106));
    expect(late).toMatchObject({ named: at(120), firstWarnedAt: at(106), episode: kase.episode });
  });

  test('a would counts at once, for the plan', () => {
    const first = owing('first', { mail: 'none', counted: at(60) });
    expect(first).toMatchObject({ named: at(120), firstWarnedAt: at(60) });
    const last = owing('last', { mail: 'none', counted: at(105), deleteAt: at(100) }, first);
    expect(last).toMatchObject({ named: at(120), firstWarnedAt: at(60) });
  });
});

describe('an accepted warning', () => {
  test('counts from then on; its time is promised, and its entry owed', () => {
    const kase = accepted('last', 108, owing('last'));
    expect(kase.episode?.last).toMatchObject({ mail: 'sent', counted: at(108), mailId: expect.any(String) });
    expect(kase.named).toBe(at(120));
    expect(kase.outbox).toHaveLength(1);
    expect(wasWarned(kase.episode ?? begun)).toBe(true);
    expect(kase).not.toHaveProperty('firstWarnedAt');
    expect(accepted('first', 61, owing('first')).firstWarnedAt).toBe(at(61));
  });

  test('the mail was written late and names a later time: that one holds', () => {
    const owed = owing('last', { ahead: 15 * minute });
    const late = accepted('last', 118, owed);
    expect(late.named).toBe(at(133));
    expect(late.episode?.last?.deleteAt).toBe(at(133));
  });

  test('the latest time that was named holds, whichever came last', () => {
    const later = { ...owing('last'), named: at(500) };
    expect(accepted('last', 106, later).named).toBe(at(500));
  });

  test('recorded twice: nothing changes', () => {
    const owed = owing('last');
    const mail = mailOf(owed, 'last', at(106));
    const once = withAccepted(owed, mail, at(106));
    expect(withAccepted(once, mail, at(107))).toBe(once);
  });

  test('voided while it was on its way: its time is promised all the same, but it does not count', () => {
    const owed = owing('last', {}, accepted('first', 61, owing('first')));
    const mail = mailOf(owed, 'last', at(106));
    const kase = withAccepted(voidWarnings(owed, 'kept', at(106)), { ...mail, deleteAt: at(300) }, at(107));
    expect(kase.named).toBe(at(300));
    expect(kase.episode?.last).toBeUndefined();
    expect(kase.outbox).toHaveLength(2);
  });

  test('voided and owed afresh meanwhile: the older mail does not count for the fresh one', () => {
    const owed = owing('last');
    const mail = mailOf(owed, 'last', at(106));
    const afresh = owing('last', { owedAt: at(107), deleteAt: at(167) }, voidWarnings(owed, 'kept', at(106)));
    const kase = withAccepted(afresh, mail, at(108));
    expect(kase.episode?.last).toMatchObject({ mail: 'owed', owedAt: at(107) });
    expect(kase.episode?.last).not.toHaveProperty('counted');
    expect(kase.named).toBe(at(120));
  });

  test('about an idle time that is over, or another one: promised, and a first one counts for its 12 hours', () => {
    const mail = mailOf(owing('first'), 'first', at(61));
    const over = withAccepted(bare, mail, at(62));
    expect(over).toMatchObject({ named: at(120), firstWarnedAt: at(62) });
    expect(over).not.toHaveProperty('episode');
    const other = oweWarning(bare, warning('first'), { id: 'e2', since: at(200) });
    expect(withAccepted(other, mail, at(62)).episode).toEqual(other.episode);
  });

  // "Recording it twice changes nothing": where the warning was voided meanwhile, its entry is owed a second time.
  test('voided while it was on its way, and recorded twice', () => {
    const owed = owing('first');
    const mail = mailOf(owed, 'first', at(61));
    const once = withAccepted(voidWarnings(owed, 'kept', at(61)), mail, at(62));
    expect(withAccepted(once, mail, at(62))).toEqual(once);
  });
});

describe('a warning that is not taken over', () => {
  const refused = (kase: RuntimeCase, minutes: number, step: Warning['step'] = 'last') =>
    refuseWarning(kase, { ...mailOf(kase, step, at(minutes)), level: kase.episode?.[step]?.level ?? 0 }, at(minutes));

  test('next is the fallback, then the operator, then nobody until it is tried again', () => {
    const addressee = (kase: RuntimeCase) => addresseeOf(kase.episode?.last ?? warning('last'));
    const owed = owing('last');
    expect(addressee(owed)).toBe('alice@example.com');
    const second = refused(owed, 106);
    expect(addressee(second)).toBe('team@example.com');
    const third = refused(second, 107);
    expect(addressee(third)).toBe('operator@example.com');
    expect(third.episode).not.toHaveProperty('unreachable');
    const nobody = refused(third, 108);
    expect(nobody.episode?.unreachable).toEqual({ since: at(108), retryAt: at(108) + 6 * hour });
    expect(nobody.episode?.last).not.toHaveProperty('counted');
    expect(nobody).not.toHaveProperty('named');
  });

  test('nobody again: unreachable since the first time; somebody: no longer', () => {
    const kase = owing('last', { to: ['alice@example.com'] });
    const again = refused(refused(kase, 106), 500);
    expect(again.episode?.unreachable).toEqual({ since: at(106), retryAt: at(500) + 6 * hour });
    expect(accepted('last', 501, again).episode).not.toHaveProperty('unreachable');
    expect(oweWarning(again, warning('last'), begun).episode).not.toHaveProperty('unreachable');
  });

  test('an answer about another warning, or one that was accepted, changes nothing', () => {
    const owed = owing('last');
    const other = { episodeId: 'e1', step: 'last', owedAt: at(104), level: 0 } as const;
    expect(refuseWarning(owed, other, at(106))).toBe(owed);
    expect(refuseWarning(owed, { ...other, episodeId: 'e0', owedAt: at(105) }, at(106))).toBe(owed);
    const twice = { ...other, owedAt: at(105) };
    const once = refuseWarning(owed, twice, at(106));
    expect(once).not.toBe(owed);
    expect(refuseWarning(once, twice, at(106))).toBe(once);
    expect(refused(bothSent, 107)).toBe(bothSent);
    expect(refuseWarning(bare, other, at(106))).toBe(bare);
  });
});

describe('a warning that bounced or was complained about', () => {
  const last = bothSent.episode?.last?.mailId ?? '';
  const first = bothSent.episode?.first?.mailId ?? '';
  const returned = (mailId: string, changes: Partial<ReturnedMailOf> = {}): ReturnedMailOf => ({
    mailId,
    recipientId: 'alice@example.com',
    episodeId: 'e1',
    ...changes,
  });

  test('does not count: the next is a fresh one', () => {
    const kase = bounceWarning(bothSent, returned(last), at(110));
    expect(kase.episode).not.toHaveProperty('last');
    expect(kase.episode?.voided).toMatchObject({ at: at(110) });
    expect(kase.named).toBe(at(120));
  });

  test('a first one, too', () => {
    expect(bounceWarning(bothSent, returned(first), at(110)).episode?.voided).toBeDefined();
  });

  // "A warning that bounces does not count: next is the fallback address."
  test('a first one that bounced is no longer told, and another may be sent at once', () => {
    const told = accepted('first', 61, owing('first'));
    const kase = bounceWarning(told, returned(told.episode?.first?.mailId ?? ''), at(62));
    expect(wasWarned(kase.episode ?? begun)).toBe(false);
    expect(kase).not.toHaveProperty('firstWarnedAt');
  });

  test('of another idle time, or of none: nothing', () => {
    expect(bounceWarning(bothSent, returned(last, { episodeId: 'e2' }), at(110))).toBe(bothSent);
    expect(bounceWarning(bare, returned(last), at(110))).toBe(bare);
  });

  test('of which nothing is known here: it is remembered, and nothing else changes', () => {
    const kase = bounceWarning(bothSent, returned('other'), at(110));
    const returnedNow = [{ mailId: 'other', recipientId: 'alice@example.com', at: at(110) }];
    expect(kase).toEqual({ ...bothSent, episode: { ...bothSent.episode, returned: returnedNow } });
    expect(bounceWarning(owing('first'), returned('undefined'), at(110)).episode?.first).toEqual(warning('first'));
  });

  test('told twice, at once or when a fresh warning is out: nothing more', () => {
    const once = bounceWarning(bothSent, returned(last), at(110));
    expect(bounceWarning(once, returned(last), at(111))).toBe(once);
    const afresh = accepted('last', 115, owing('last', { owedAt: at(112), to: ['team@example.com'] }, once));
    expect(bounceWarning(afresh, returned(last), at(116))).toBe(afresh);
  });

  test.each(['first', 'last'] as const)('a %s one that came back before it is recorded as accepted', (step) => {
    const owed = owing(step);
    const mail = mailOf(owed, step, at(106));
    const early = bounceWarning(owed, returned(mail.mailId), at(107));
    const late = withAccepted(early, mail, at(108));
    expect(late.episode?.[step]).toBeUndefined();
    expect(late.episode?.voided).toEqual({ at: at(108), because: 'its warning came back' });
    expect(late.named).toBe(at(120));
    expect(late).not.toHaveProperty('firstWarnedAt');
    expect(withAccepted(late, mail, at(108))).toEqual(late);
  });

  test('a first one that came back and was voided before it is recorded: no first warning was told', () => {
    const owed = owing('first');
    const mail = mailOf(owed, 'first', at(61));
    const early = bounceWarning(voidWarnings(owed, 'kept', at(61)), returned(mail.mailId), at(62));
    expect(withAccepted(early, mail, at(63))).not.toHaveProperty('firstWarnedAt');
  });

  const intent = { entry: entryOf('x', at(120)), to: [], since: at(120), intentAt: at(120), asks: 1 };
  test.each<[string, Partial<RuntimeCase>]>([
    ['is being deleted', { deletion: { state: 'deleting', ...intent } }],
    ['is gone', { deletion: { state: 'gone', at: at(125) } }],
    ['would have been deleted, in observe mode', { episode: { ...begun, ...bothSent.episode, would: at(120) } }],
  ])('of a runtime that %s: nothing', (_what, changes) => {
    const kase = { ...bothSent, ...changes };
    expect(bounceWarning(kase, returned(last), at(126))).toBe(kase);
  });

  test('of a runtime that is chosen for deletion: it counts no more', () => {
    const kase: RuntimeCase = { ...bothSent, deletion: { state: 'condemned', at: at(120) } };
    expect(bounceWarning(kase, returned(last), at(120)).episode).not.toHaveProperty('last');
  });

  test('who sent mails back lately is passed over, whatever the case of the letters; six hours later no more', () => {
    const addressees = ['Alice@Example.com', 'team@example.com'];
    const { episode } = bounceWarning(bothSent, returned(last), at(110));
    expect(reachable(bothSent.episode, addressees, at(110), digest)).toEqual(addressees);
    expect(reachable(episode, addressees, at(111), digest)).toEqual(['team@example.com']);
    expect(reachable(episode, addressees, at(110) + 6 * hour, digest)).toEqual(addressees);
    const both = bounceWarning(bothSent, returned(last, { recipientId: 'team@example.com' }), at(110));
    const none = bounceWarning(both, returned(first), at(110));
    expect(reachable(none.episode, addressees, at(111), digest)).toEqual([]);
  });

  test('however many mails come back, the case stays small', () => {
    let kase = bothSent;
    for (let count = 0; count < 100; count += 1) kase = bounceWarning(kase, returned(`m${count}`), at(110 + count));
    expect(kase.episode?.returned).toHaveLength(20);
    expect(kase.episode?.returned?.at(-1)?.mailId).toBe('m99');
  });
});

describe('voiding', () => {
  test('takes away the last warning, and a first one that was not sent; one that was sent stays told', () => {
    const kase = voidWarnings(bothSent, 'kept', at(110));
    expect(kase.episode).toEqual({
      ...begun,
      first: bothSent.episode?.first,
      voided: { at: at(110), because: 'kept' },
    });
    const owed = voidWarnings(owing('last', {}, owing('first')), 'kept', at(110));
    expect(owed.episode).toEqual({ ...begun, voided: { at: at(110), because: 'kept' } });
  });

  test('takes away that it would have been deleted, and that nobody was reached', () => {
    const { episode } = bothSent;
    const kase: RuntimeCase = {
      ...bothSent,
      episode: {
        ...(episode ?? begun),
        would: at(120),
        unreachable: { since: at(1), retryAt: at(2) },
      },
    };
    const voided = voidWarnings(kase, 'kept', at(130));
    expect(voided.episode).not.toHaveProperty('would');
    expect(voided.episode).not.toHaveProperty('unreachable');
  });

  test('again, with nothing more to take away: the reason that took it stands', () => {
    const once = voidWarnings(bothSent, 'kept', at(110));
    expect(voidWarnings(once, 'exempt', at(111))).toBe(once);
    const afresh = owing('last', {}, once);
    expect(voidWarnings(afresh, 'exempt', at(112)).episode?.voided).toEqual({ at: at(112), because: 'exempt' });
  });

  test('what was promised stays promised', () => {
    expect(voidWarnings(bothSent, 'kept', at(110))).toMatchObject({ named: at(120), firstWarnedAt: at(61) });
    const ended = endEpisode(bothSent, undefined);
    expect(ended).toMatchObject({ named: at(120), firstWarnedAt: at(61) });
    expect(ended.outbox).toBe(bothSent.outbox);
    expect(endEpisode(bothSent, entryOf('spared', at(111))).outbox).toHaveLength(3);
  });
});
