import { describe, expect, it, test } from 'vitest';
import {
  type Asked,
  askedFor,
  type Confirmation,
  confirmationFor,
  confirmedFor,
  declinedFor,
  isConfirmedFor,
  mostAddresses,
  mostAskers,
  mostOpen,
  neverHolds,
  stopHolds,
  type WaitingConfirmation,
  withAsked,
  withoutConfirmation,
} from '#domain/confirmation.ts';
import { confirmationMailed, planConfirmation } from '#domain/confirmation-mail.ts';
import { claimSending, failed, refused, suppressed } from '#domain/mailing.ts';
import { newRecipient, type Recipient } from '#domain/recipient.ts';
import { day, hour, minute } from '#domain/time.ts';

const now = Date.UTC(2026, 10, 2, 9);
const team = newRecipient('team', 'team@example.com');
const ann = { personId: 'ann', askedBy: 'ann@example.com' };
const bob = { personId: 'bob', askedBy: 'bob@example.com' };

const recipientWith = (confirmations: Readonly<Record<string, Confirmation>>, more: Partial<Recipient> = {}) => ({
  ...team,
  confirmations,
  ...more,
});
const waiting = (askedAt: number, mailedAt?: number): WaitingConfirmation => ({
  state: 'waiting',
  askedBy: ann.askedBy,
  askedAt,
  ...(mailedAt === undefined ? {} : { mailedAt }),
});
const confirmed: Confirmation = {
  state: 'confirmed',
  askedBy: ann.askedBy,
  askedAt: now - 90 * day,
  confirmedAt: now - 80 * day,
};

const changed = (after: Recipient | string): Recipient => {
  if (typeof after === 'string') throw new Error(after);
  return after;
};

/** What ann's asking is now, and what it becomes when she asks once more. */
const asking: readonly (readonly [string, Confirmation | undefined, Confirmation | undefined])[] = [
  ['for the first time', undefined, waiting(now)],
  ['while its mail is owed', waiting(now - hour), waiting(now - hour)],
  ['while its mail is young', waiting(now - day, now - day + 1), waiting(now - day, now - day + 1)],
  ['a day after its mail', waiting(now - 2 * day, now - day), { ...waiting(now), mails: 1 }],
  ['when its link has just run out', waiting(now - 8 * day, now - 7 * day), { ...waiting(now), mails: 1 }],
  [
    'a week after the second mail',
    { ...waiting(now - 8 * day, now - 7 * day), mails: 1 },
    { ...waiting(now), mails: 2 },
  ],
  [
    'a day after the second mail',
    { ...waiting(now - day, now - day), mails: 1 },
    { ...waiting(now - day, now - day), mails: 1 },
  ],
  ['when its mail was owed for so long that nobody remembers', waiting(now - 7 * day), waiting(now)],
  ['once it has confirmed', confirmed, confirmed],
];

test.each(asking)('asking %s', (_when, before, after) => {
  const recipient = before === undefined ? team : recipientWith({ ann: before });
  expect(changed(askedFor(recipient, ann, now)).confirmations?.ann).toEqual(after);
});

it('is asked by so many and no more; those whose time is over make room', () => {
  const others = Object.fromEntries(Array.from({ length: mostAskers }, (_, index) => [`p${index}`, waiting(now)]));
  expect(askedFor(recipientWith(others), ann, now)).toBe('too-many-askers');
  const room = changed(askedFor(recipientWith({ ...others, p0: waiting(now - 31 * day) }), ann, now));
  expect(Object.keys(room.confirmations ?? {})).toHaveLength(mostAskers);
  expect(room.confirmations?.p0).toBeUndefined();
});

/** What ann's asking is when somebody presses the button of her link, and whether she may use the address then. */
const pressing: readonly (readonly [string, Confirmation | undefined, boolean])[] = [
  ['nothing', undefined, false],
  ['a mail that is out', waiting(now - hour, now - minute), true],
  ['a mail whose yes was never written down', waiting(now - hour), true],
  ['a mail that is a week old', waiting(now - 8 * day, now - 7 * day), false],
  ['what is confirmed', confirmed, true],
];

test.each(pressing)('pressing the button for %s', (_what, before, may) => {
  const after = confirmedFor(before === undefined ? team : recipientWith({ ann: before }), 'ann', now);
  expect(after !== undefined).toBe(may);
  if (after === undefined) return;
  expect(isConfirmedFor(after, 'ann')).toBe(true);
  expect(isConfirmedFor(after, 'bob')).toBe(false);
  expect(confirmationFor(after, 'ann', now + 365 * day)).toMatchObject({ state: 'confirmed' });
});

it("ends with the person's own word, and with nobody else's", () => {
  const both = recipientWith({ ann: confirmed, bob: { ...confirmed, askedBy: bob.askedBy } });
  const after = withoutConfirmation(both, 'ann');
  expect([isConfirmedFor(after, 'ann'), isConfirmedFor(after, 'bob')]).toEqual([false, true]);
});

describe('the mail', () => {
  const owed = recipientWith({ ann: waiting(now - hour) });
  const plans: readonly (readonly [string, Recipient, object])[] = [
    ['nobody asks', team, { act: 'nothing' }],
    ['it is owed', owed, { act: 'send', asking: [{ personId: 'ann' }] }],
    ['it was sent', recipientWith({ ann: waiting(now - hour, now - hour) }), { act: 'nothing' }],
    ['it confirmed meanwhile', recipientWith({ ann: confirmed }), { act: 'nothing' }],
    ['it was owed for a week', recipientWith({ ann: waiting(now - 7 * day) }), { act: 'nothing' }],
    [
      'the address was asked less than a day ago, whoever asked',
      { ...owed, askedForMailAt: now - day + 1 },
      { act: 'wait', because: 'daily-limit', until: now + 1 },
    ],
    ['it was asked a day ago', { ...owed, askedForMailAt: now - day }, { act: 'send' }],
    ['the address is suppressed', suppressed(owed, 'it bounced', now), { act: 'keep', because: 'it bounced' }],
    ['a mail was refused', refused(owed, 'no', now), { act: 'keep', until: now + 6 * hour }],
    ['a mail failed', failed(owed, 'busy', now), { act: 'wait', because: 'failed-before', until: now + minute }],
    ['another sender is at work', claimSending(owed, 'm', now), { act: 'wait', because: 'another-sender' }],
  ];

  test.each(plans)('%s', (_when, recipient, plan) => {
    expect(planConfirmation(recipient, now)).toMatchObject(plan);
  });

  it('asks for all who wait, the longest first, and for ten at most', () => {
    const many = Array.from({ length: 12 }, (_, index) => [`p${index}`, waiting(now - index)] as const);
    const plan = planConfirmation(recipientWith(Object.fromEntries(many)), now);
    const asked = plan.act === 'send' ? plan.asking.map(({ personId }) => personId) : [];
    expect(asked).toEqual(['p11', 'p10', 'p9', 'p8', 'p7', 'p6', 'p5', 'p4', 'p3', 'p2']);
  });

  const accepted = { mailId: 'm1', personIds: ['ann'], writtenAt: now };

  it('is recorded as asked, and holds the next one back for a day', () => {
    const after = confirmationMailed(claimSending(owed, 'm1', now), accepted);
    expect(after).toEqual({ ...recipientWith({ ann: waiting(now - hour, now) }), askedForMailAt: now });
    const next = changed(askedFor(after, bob, now + hour));
    expect(planConfirmation(next, now + hour)).toMatchObject({ act: 'wait', until: now + day });
  });

  it('is recorded over what happened meanwhile', () => {
    const withdrawn = confirmationMailed(claimSending(withoutConfirmation(owed, 'ann'), 'm1', now), accepted);
    expect(withdrawn).toMatchObject({ confirmations: {}, askedForMailAt: now });
    const pressed = confirmationMailed(recipientWith({ ann: confirmed }), accepted);
    expect(pressed.confirmations).toEqual({ ann: confirmed });
    const others = claimSending(owed, 'm2', now);
    expect(confirmationMailed(others, accepted).sending).toEqual(others.sending);
    const bounced = confirmationMailed(suppressed(owed, 'it bounced', now), accepted);
    expect(bounced.undeliverable).toEqual({ because: 'it bounced', since: now });
  });
});

describe('how much a person may ask for', () => {
  const manyAsked = (count: number, askedAt = now - hour): Asked =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, askedAt]));
  const states = (asked: Asked, state: Confirmation['state']) =>
    new Map(Object.keys(asked).map((id) => [id, state] as const));

  const limits: readonly (readonly [string, Asked, ReadonlyMap<string, Confirmation['state']>, boolean])[] = [
    ['nothing yet', {}, new Map(), true],
    ['one less than are too many', manyAsked(mostOpen - 1), states(manyAsked(mostOpen - 1), 'waiting'), true],
    ['as many as may wait', manyAsked(mostOpen), states(manyAsked(mostOpen), 'waiting'), false],
    ['as many, taken back at once', manyAsked(mostOpen), new Map(), false],
    ['as many, taken back a day ago', manyAsked(mostOpen, now - day), new Map(), true],
    ['as many that wait for days', manyAsked(mostOpen, now - 3 * day), states(manyAsked(mostOpen), 'waiting'), false],
    ['more that have confirmed', manyAsked(mostOpen + 1), states(manyAsked(mostOpen + 1), 'confirmed'), true],
    ['as many as are shown', manyAsked(mostAddresses), states(manyAsked(mostAddresses), 'confirmed'), false],
  ];

  test.each(limits)('%s', (_what, asked, known, may) => {
    expect(withAsked(asked, known, 'new', now) !== undefined).toBe(may);
  });

  it('asking again for one of them is no more, and what is over is forgotten', () => {
    const asked = manyAsked(mostOpen);
    expect(withAsked(asked, states(asked, 'waiting'), 'r0', now)).toEqual({ ...asked, r0: now });
    expect(withAsked(manyAsked(3, now - day), new Map(), 'new', now)).toEqual({ new: now });
  });
});

describe('an address that does not answer, or says no', () => {
  it.each<[string, Confirmation]>([
    ['whose link ran out a moment ago', { ...waiting(now - 8 * day, now - 7 * day - 1), mails: 2 }],
    ['that was asked three times', { ...waiting(now - 30 * day, now - 30 * day + 1), mails: 5 }],
    ['whose asking was taken back', { ...waiting(now - hour, now - hour), withdrawn: true }],
  ])('is not asked again so soon: one %s', (_which, before) => {
    expect(askedFor(recipientWith({ ann: before }), ann, now)).toBe('asked-lately');
    expect(typeof askedFor(recipientWith({ ann: before }), bob, now)).toBe('object');
  });

  it('is not asked by anybody, and no older link counts; a newer one does once that is over', () => {
    const no = declinedFor(recipientWith({ ann: confirmed }), now, stopHolds);
    expect(isConfirmedFor(no, 'ann')).toBe(false);
    expect(askedFor(no, bob, now + stopHolds - 1)).toBe('declined');
    const again = changed(askedFor(no, ann, now + stopHolds));
    expect(confirmedFor(again, 'ann', now + stopHolds, now - day)).toBeUndefined();
    expect(confirmedFor(again, 'ann', now + stopHolds, now + stopHolds)).toBeDefined();
  });

  it('keeps the longer of two noes', () => {
    const never = declinedFor(team, now, neverHolds);
    expect(declinedFor(never, now + day, stopHolds).declined?.until).toBe(now + neverHolds);
  });

  it('is remembered to have been mailed by whoever takes the asking back', () => {
    const out = recipientWith({ ann: waiting(now - hour, now - hour) });
    const back = withoutConfirmation(out, 'ann');
    expect(confirmationFor(back, 'ann', now)).toBeUndefined();
    expect(confirmedFor(back, 'ann', now)).toBeUndefined();
    expect(askedFor(back, ann, now)).toBe('asked-lately');
    expect(withoutConfirmation(recipientWith({ ann: waiting(now) }), 'ann').confirmations).toEqual({});
  });
});
