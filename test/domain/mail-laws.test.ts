import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ComposedMail, composeMail, type OfferFacts } from '#domain/availability-mail.ts';
import { judge } from '#domain/judge-recipient.ts';
import { accepted, claimSending, failed, planMail, refused } from '#domain/mailing.ts';
import { type Offer, type OfferKey, offerKey } from '#domain/offer.ts';
import { type OfferState, seeRow } from '#domain/offer-state.ts';
import { type Recipient, unsubscribed, withoutWatches, withWatch } from '#domain/recipient.ts';
import { hour, type Instant, minute } from '#domain/time.ts';
import { type Watch, wishKey } from '#domain/watch.ts';
import {
  anyGpu,
  anyH100,
  exactH100,
  h100,
  listed,
  recipientWith,
  rtx5090,
  standingOf,
  start,
  watch,
  withFree,
} from './given.ts';

/**
 * One recipient through a random life: offers come and go, watches are made and ended, mails are claimed, accepted, refused,
 * or their sender crashes. What must hold is checked after each step.
 */
type Life = {
  now: Instant;
  readonly offers: Map<OfferKey, OfferState>;
  recipient: Recipient;
  claimed: ComposedMail | undefined;
  /** Every window told as news, by wish and offer: when it opened. */
  told: { wish: string | undefined; offer: OfferKey; openedAt: Instant }[];
  readonly mailedAt: Instant[];
};

const limit = 2;
const pool: readonly Watch[] = [
  watch('once', exactH100),
  watch('twin', exactH100, { source: 'account', notify: 'every' }),
  watch('every', anyH100, { notify: 'every' }),
  watch('any', anyGpu),
  watch('eight', { ...anyGpu, gpus: 8 }, { notify: 'every' }),
  watch('short', anyH100, { expiresAt: start + hour }),
];
const offers: readonly Offer[] = [h100, rtx5090, ...['a', 'b', 'c'].map((region) => ({ ...h100, region }))];

const step = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const does = <const T extends string>(...what: T[]) => fc.constantFrom(...what);
const steps = fc.oneof(
  step(6, fc.record({ do: does('see'), offer: fc.constantFrom(...offers), gpus: fc.constantFrom(0, 2, 8) })),
  step(2, fc.record({ do: does('wait'), minutes: fc.constantFrom(1, 7, 45, 400) })),
  step(4, fc.record({ do: does('claim') })),
  step(
    5,
    fc.record({
      do: does('end-of-mail'),
      how: fc.constantFrom(...Array(9).fill('accepted'), 'failed', 'refused', 'crashed'),
    }),
  ),
  step(4, fc.record({ do: does('make', 'renew', 'forget', 'unsubscribe'), watch: fc.constantFrom(...pool) })),
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const factsOf = (offers: Life['offers']): Map<OfferKey, OfferFacts> =>
  new Map([...offers].map(([key, state]) => [key, { state, windows: [] }]));

const wishOf = ({ watches }: Recipient, watchId: string): string | undefined => {
  const kept = watches[watchId];
  return kept && wishKey(kept.watch.criteria);
};

const claim = (life: Life): void => {
  const plan = planMail(life.recipient, limit, life.now);
  if (plan.act !== 'send') return;
  const head = { writtenAt: life.now, unsubscribeUrl: 'https://warden.example.com/u' };
  life.claimed = composeMail(life.recipient, plan.rows, factsOf(life.offers), head);
  // All that is owed is in the one mail: everything here is known.
  expect(life.claimed.accepted.rowKeys.toSorted()).toEqual(Object.keys(life.recipient.owed).toSorted());
  life.recipient = claimSending(life.recipient, 'm', life.now);
};

const takeAcceptance = (life: Life, { accepted: mail }: ComposedMail): void => {
  const before = life.recipient;
  const wishes = mail.told.map(({ watchId, offer, openedAt }) => ({ wish: wishOf(before, watchId), offer, openedAt }));
  // Watches that share a wish share a row of the mail: that is one telling.
  const tellings = new Map(wishes.map((telling) => [`${telling.wish} ${telling.offer}`, telling]));
  life.told.push(...tellings.values());
  life.mailedAt.push(mail.writtenAt);
  life.recipient = accepted(before, mail);
  for (const [key, row] of Object.entries(before.owed)) {
    if (life.recipient.owed[key] !== undefined || mail.rowKeys.includes(key)) continue;
    const telling = row.kind === 'window' && tellings.get(`${wishOf(before, row.watchId)} ${row.offer}`);
    // One mail, then done: a once watch is told no other offer that fired meanwhile.
    const isOver = standingOf(before, row.watchId) === 'armed' && standingOf(life.recipient, row.watchId) === 'done';
    expect(telling || (row.kind === 'window' && isOver), `${key} is lost`).toBeTruthy();
  }
};

const endMail = (life: Life, how: string): void => {
  const mail = life.claimed;
  if (mail === undefined) return;
  life.claimed = undefined;
  const { owed } = life.recipient;
  if (how === 'accepted') takeAcceptance(life, mail);
  else if (how === 'failed') life.recipient = failed(life.recipient, 'throttled', life.now);
  else if (how === 'refused') life.recipient = refused(life.recipient, 'not verified', life.now);
  // A sender that crashed is only known by its claim, which runs out.
  else life.now += 2 * minute;
  if (how !== 'accepted') expect(life.recipient.owed).toEqual(owed);
};

const look = (life: Life): void => {
  const before = life.recipient.owed;
  const judgement = judge(life.recipient, life.offers.values(), life.now);
  life.recipient = judgement.recipient;
  expect(life.recipient.owed).toMatchObject(before);
};

/** A wish that is forgotten is forgotten with what it was told: made again, it may be told the same window again. */
const forget = (life: Life, watchId: string): void => {
  life.recipient = withoutWatches(life.recipient, [watchId]);
  const remembered = new Set(
    Object.values(life.recipient.watches).flatMap((kept) =>
      Object.keys(kept.told).map((offer) => `${wishKey(kept.watch.criteria)} ${offer}`),
    ),
  );
  life.told = life.told.filter(({ wish, offer }) => remembered.has(`${wish} ${offer}`));
};

const see = (life: Life, offer: Offer, gpus: number): void => {
  const row = listed(withFree(gpus, offer.pricePerGpuHour, offer), life.now);
  const known = life.offers.get(offerKey(offer));
  life.offers.set(offerKey(offer), seeRow(known, row, [1, 8], life.now - start));
};

const take = (life: Life, step: Step): void => {
  switch (step.do) {
    case 'see':
      see(life, step.offer, step.gpus);
      break;
    case 'wait':
      // No mail call lasts longer than its claim.
      if (life.claimed === undefined) life.now += step.minutes * minute;
      break;
    case 'claim':
      claim(life);
      break;
    case 'end-of-mail':
      endMail(life, step.how);
      break;
    case 'make':
      life.recipient = withWatch(life.recipient, step.watch, life.now);
      break;
    case 'renew':
      forget(life, step.watch.id);
      life.recipient = withWatch(life.recipient, step.watch, life.now);
      break;
    case 'forget':
      forget(life, step.watch.id);
      break;
    case 'unsubscribe':
      life.recipient = unsubscribed(life.recipient, [step.watch.id], life.now);
      expect(Object.values(life.recipient.owed).map(({ watchId }) => watchId)).not.toContain(step.watch.id);
  }
  look(life);
};

const checkLaws = (life: Life): void => {
  // No window is told twice for one wish.
  const facts = life.told
    .filter(({ wish }) => wish !== undefined)
    .map(({ wish, offer, openedAt }) => `${wish} ${offer} ${openedAt}`);
  expect(new Set(facts).size).toBe(facts.length);
  // At most so many mails within any hour.
  for (const mailedAt of life.mailedAt) {
    expect(life.mailedAt.filter((other) => other > mailedAt - hour && other <= mailedAt).length).toBeLessThanOrEqual(
      limit,
    );
  }
  // Nothing is owed for a watch that is gone, and no window for one that is done.
  for (const { watchId, kind } of Object.values(life.recipient.owed)) {
    expect(life.recipient.watches).toHaveProperty(watchId);
    if (kind === 'window') expect(standingOf(life.recipient, watchId)).not.toBe('done');
  }
};

/** Lets the mail service work again until nothing is owed. */
const drain = (life: Life): void => {
  for (let tries = 0; Object.keys(life.recipient.owed).length > 0; tries += 1) {
    expect(tries).toBeLessThan(10);
    life.claimed = undefined;
    life.now += 7 * hour;
    claim(life);
    endMail(life, 'accepted');
    checkLaws(life);
  }
};

test('law: nothing owed is ever lost, nothing is told twice, the hourly limit holds, and in the end all is told', () => {
  let mails = 0;
  fc.assert(
    fc.property(fc.subarray([...pool]), fc.array(steps, { minLength: 10, maxLength: 60 }), (watches, given) => {
      const life: Life = {
        now: start,
        offers: new Map(),
        recipient: recipientWith(...watches),
        claimed: undefined,
        told: [],
        mailedAt: [],
      };
      for (const step of given) {
        life.now += 1;
        take(life, step);
        checkLaws(life);
      }
      drain(life);
      mails += life.mailedAt.length;
    }),
    { numRuns: 300 },
  );
  expect(mails).toBeGreaterThan(300);
});
