import { createWithin, settlesAfter } from '#domain/creating/creation.ts';
import type { CreatingLimits } from '#domain/creating/limits.ts';
import { type RuntimeOrder, specFor } from '#domain/creating/order.ts';
import {
  isStillDue,
  isUnderWay,
  offerDue,
  type TryNews,
  withCreation,
  withTry,
} from '#domain/creating/watch-creation.ts';
import { type OfferKey, offerOf } from '#domain/offer.ts';
import type { OfferState } from '#domain/offer-state.ts';
import type { KeptWatch, Recipient } from '#domain/recipient.ts';
import { watchInWords } from '#domain/watch.ts';
import { type Fail, rotated } from '#workflows/attempts.ts';
import type { CreationOutcome, CreationTask } from '#workflows/create-runtime/create-once.ts';
import { createWithinLimits, type PricedTask } from '#workflows/create-runtime/create-within-limits.ts';
import { markRecipient } from '#workflows/make-watches.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import type { Run } from '#workflows/runs.ts';
import type { CreatingSettings, WatchAvailabilityWorld } from './world.ts';

/** A creation takes so long at most: what runs is listed, where it would be too much, and then it is asked for. */
const creationNeeds = 1.5 * createWithin;

/** What the creations of one look share. `offers`: as they are now; missing: the inventory is too old to begin anything. */
type Look = {
  readonly world: WatchAvailabilityWorld;
  readonly run: Run;
  readonly settings: CreatingSettings;
  readonly offers: ReadonlyMap<OfferKey, OfferState> | undefined;
};

/** Where a watch's creation stands, in the item of its recipient: what is owed to them is written with it. */
const decideOnWatch =
  (
    world: WatchAvailabilityWorld,
    recipientId: string,
    seen: KeptWatch,
    pricePerGpuHour?: number,
  ): CreationTask['decide'] =>
  (decision) =>
    decideOnRecipient(world.store, recipientId, (recipient) => {
      const kept = recipient?.watches[seen.watch.id];
      const creation = kept?.creation?.creation;
      if (recipient === undefined || kept === undefined || creation === undefined) return { result: undefined };
      // Ended, closed or changed meanwhile: nothing is begun of what was seen before.
      if (creation.state === 'available' && !isStillDue(kept, seen)) return { result: undefined };
      const { save, result } = decision(creation);
      if (save === undefined) return { result };
      return { save: withCreation(recipient, seen.watch.id, save, pricePerGpuHour, world.clock()), result };
    });

/** What may be spent on an order, or why nothing is created. */
const limitsFor = ({ limits, allowed, projects }: CreatingSettings, order: RuntimeOrder): CreatingLimits | string => {
  if (limits === undefined) return 'creating for watches is switched off in the settings (creating.whenAvailable)';
  if (allowed === 'operators' && order.byOperator !== true)
    return 'only operators may have runtimes created (creating.allowed)';
  if (!projects.includes(order.project)) return `project ${order.project} is not in the settings any more`;
  return limits;
};

const taskFor = (
  { world, settings, offers }: Look,
  { id: recipientId, address }: Recipient,
  kept: KeptWatch,
): PricedTask | undefined => {
  const { watch, creation } = kept;
  if (watch.create === undefined || creation?.due === undefined) return undefined;
  const offer = offers && offerDue(kept, offers);
  const isBegun = creation.creation.state === 'creating';
  // What was begun is only looked for, by its name: where nothing is known of its offer its key is enough.
  const { region, configId } = offerOf(creation.due.offer);
  const config = offer?.state.hardware ?? { configId, gpuModel: '' };
  if (!isBegun && offer === undefined) return undefined;
  const price = isBegun ? creation.pricePerGpuHour : offer?.pricePerGpuHour;
  const { project } = watch.create;
  return {
    project,
    spec: specFor(watch.create, { region, config, gpus: watch.criteria.gpus }),
    ...(price === undefined ? {} : { pricePerGpuHour: price }),
    purpose: `${recipientId}~${watch.id}`,
    looksOnly: isBegun,
    limits: limitsFor(settings, watch.create),
    by: { recipientId, address },
    because: `created for a watch: ${watchInWords(watch.criteria)}`,
    decide: decideOnWatch(world, recipientId, kept, offer?.pricePerGpuHour),
    report: ({ name, runtimeId }) => world.report({ event: 'runtime-created', project, runtimeId, name }),
  };
};

/** What of an outcome somebody is to be told that is not the end of it; undefined for what is tried again in the next minute. */
const newsOf = (outcome: CreationOutcome, now: number): TryNews | undefined => {
  switch (outcome.outcome) {
    case 'held':
      return { state: 'held', because: outcome.because };
    case 'refused': {
      const { because, retry } = outcome;
      return retry === 'soon' ? undefined : { state: 'refused', because, counts: retry === 'never' };
    }
    case 'unclear':
      return now - outcome.since < settlesAfter ? undefined : { state: 'unclear', name: outcome.name };
    default:
      return undefined;
  }
};

const reportTry = (
  { report }: WatchAvailabilityWorld,
  recipientId: string,
  watchId: string,
  outcome: CreationOutcome,
) => {
  if (outcome.outcome === 'refused') {
    report({ event: 'creation-refused', recipientId, watchId, because: outcome.because });
  } else if (outcome.outcome === 'unclear') {
    const { name, because } = outcome;
    report({ event: 'creation-unclear', recipientId, watchId, name, because });
  }
};

const createFor = async (look: Look, recipient: Recipient, kept: KeptWatch): Promise<void> => {
  const { world, run } = look;
  const task = taskFor(look, recipient, kept);
  const isBegun = kept.creation?.creation.state === 'creating';
  // A runtime of which its owner cannot be told would bill unseen.
  if (task === undefined || (recipient.undeliverable !== undefined && !isBegun)) return;
  await markRecipient(world, recipient.id);
  const { clock, newId, creating } = world;
  const outcome = await createWithinLimits({ clock, newId, deadline: run.deadline, ...creating }, task);
  reportTry(world, recipient.id, kept.watch.id, outcome);
  const news = newsOf(outcome, world.clock());
  if (news === undefined) return;
  await decideOnRecipient(world.store, recipient.id, (current) => {
    const after = current && withTry(current, kept.watch.id, news, world.clock());
    return after === undefined || after === current ? { result: undefined } : { save: after, result: undefined };
  });
};

/**
 * Makes what is due for the watches of some recipients, one after the other, and goes on with what was asked for without a clear
 * answer, however old the inventory is. One creation's trouble is no other's. What there is no time for is due in the next run.
 */
export const createForWatches = async (look: Look, recipientIds: ReadonlySet<string>, fail: Fail): Promise<void> => {
  const { world, run } = look;
  const owed: string[] = [];
  for (const recipientId of rotated([...recipientIds], world.clock())) {
    const found = await world.store.readRecipient(recipientId).catch(fail);
    for (const kept of Object.values(found?.recipient.watches ?? {}).filter(isUnderWay)) {
      if (found === undefined || run.deadline - world.clock() < creationNeeds) break;
      owed.push(recipientId);
      await createFor(look, found.recipient, kept).catch(fail);
    }
  }
  if (owed.length > 0) await world.queue.announce([...new Set(owed)]);
};
