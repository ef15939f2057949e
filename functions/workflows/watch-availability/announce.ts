import pLimit from 'p-limit';
import type { Board, Todo } from '#domain/board.ts';
import { type ConfirmationPlan, planConfirmation } from '#domain/confirmation-mail.ts';
import { creates } from '#domain/creating/watch-creation.ts';
import { type MailPlan, planMail } from '#domain/mailing.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState } from '#domain/offer-state.ts';
import type { Recipient } from '#domain/recipient.ts';
import { day, type Instant, minute, sooner } from '#domain/time.ts';
import type { Fail } from '#workflows/attempts.ts';
import type { Run } from '#workflows/runs.ts';
import { lookAtRecipient } from './look-at-recipient.ts';
import type { WatchAvailabilitySettings, WatchAvailabilityWorld } from './world.ts';

const recipientsAtOnce = 16;
/** Whoever puts a marker writes the recipient within this time; a younger marker is never taken away. */
const markerSettlesWithin = 2 * minute;

const untilOf = (plan: MailPlan | ConfirmationPlan): Instant =>
  ('until' in plan && plan.until) || Number.POSITIVE_INFINITY;

/** Of the mails that a recipient may be owed the one that comes first. */
const nextPlan = (recipient: Recipient, mailsPerHour: number, now: Instant): MailPlan | ConfirmationPlan => {
  const plans = [planMail(recipient, mailsPerHour, now), planConfirmation(recipient, now)];
  const [next] = plans.filter(({ act }) => act !== 'nothing').sort((a, b) => untilOf(a) - untilOf(b));
  return plans.find(({ act }) => act === 'send') ?? next ?? { act: 'nothing', because: 'nothing-owed' };
};

/** Puts off, takes away or keeps a marker as the recipient's plan says; answers whether a mail is due. */
const settleTodo = async (
  world: WatchAvailabilityWorld,
  settings: WatchAvailabilitySettings,
  todo: Todo,
  recipient: Recipient | undefined,
): Promise<boolean> => {
  const now = world.clock();
  const plan = recipient && nextPlan(recipient, settings.mailsPerHour, now);
  // What is to be created does not wait until mails may be sent again.
  const mayRest = recipient === undefined || !creates(recipient);
  switch (plan?.act) {
    case 'send':
      return true;
    case 'wait':
      // A claim of a sender that crashed is over soon; everything else may rest until its time.
      if (plan.because !== 'another-sender' && mayRest) await world.store.postponeTodo(todo, plan.until);
      return false;
    case 'keep':
      if (mayRest) await world.store.postponeTodo(todo, plan.until ?? now + day);
      return false;
    case 'nothing':
    case undefined:
      if (mayRest && now - todo.putAt > markerSettlesWithin) await world.store.removeTodo(todo);
      return false;
  }
};

/** Notes on the offers when they should be looked at again for recipients that no match looked at. */
const noteLookAgain = async (
  world: WatchAvailabilityWorld,
  offers: ReadonlyMap<OfferKey, OfferState>,
  lookAgainAt: ReadonlyMap<OfferKey, Instant>,
): Promise<void> => {
  for (const [offer, at] of lookAgainAt) {
    const state = offers.get(offer);
    if (state === undefined || (state.lookAgainAt ?? Number.POSITIVE_INFINITY) <= at) continue;
    await world.store.saveOffer({ ...state, lookAgainAt: at });
  }
};

/**
 * Looks at every marked recipient: watches just made fire here, and what is owed and was not sent is announced again,
 * except to those whom the match announced a moment ago. The queue may get an id twice; the sender takes it once. One
 * recipient's trouble is no other's. Answers whose watches are to create something.
 */
export const announceOwed = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: WatchAvailabilitySettings,
  board: Pick<Board, 'todo' | 'offers'>,
  justAnnounced: ReadonlySet<string>,
  fail: Fail,
): Promise<ReadonlySet<string>> => {
  const creating = new Set<string>();
  const lookAgainAt = new Map<OfferKey, Instant>();
  const due = board.todo.filter((todo) => todo.notBefore <= world.clock());
  const ids = await pLimit(recipientsAtOnce).map(due, async (todo) => {
    if (world.clock() >= run.deadline) return [];
    try {
      const judgement = await lookAtRecipient(world, todo.recipientId, board.offers);
      for (const [offer, at] of Object.entries(judgement?.lookAgainAt ?? {})) {
        lookAgainAt.set(offer, sooner(lookAgainAt.get(offer), at) ?? at);
      }
      if (judgement !== undefined && creates(judgement.recipient)) creating.add(todo.recipientId);
      const isDue = await settleTodo(world, settings, todo, judgement?.recipient);
      return isDue && !justAnnounced.has(todo.recipientId) ? [todo.recipientId] : [];
    } catch (failure) {
      fail(failure);
      return [];
    }
  });
  await noteLookAgain(world, board.offers, lookAgainAt);
  if (ids.flat().length > 0) await world.queue.announce(ids.flat());
  return creating;
};
