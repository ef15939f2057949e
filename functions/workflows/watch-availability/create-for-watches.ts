import { settlesAfter } from '#domain/creating/creation.ts';
import type { CreatingLimits } from '#domain/creating/limits.ts';
import { specFor } from '#domain/creating/order.ts';
import { isUnderWay, offerDue, withCreation, withTry } from '#domain/creating/watch-creation.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState } from '#domain/offer-state.ts';
import type { KeptWatch, Recipient } from '#domain/recipient.ts';
import { second } from '#domain/time.ts';
import { watchInWords } from '#domain/watch.ts';
import type { Fail } from '#workflows/attempts.ts';
import type { CreationOutcome, CreationTask } from '#workflows/create-runtime/create-once.ts';
import { createWithinLimits, type PricedTask } from '#workflows/create-runtime/create-within-limits.ts';
import { markRecipient } from '#workflows/make-watches.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import type { Run } from '#workflows/runs.ts';
import type { CreatingSettings, WatchAvailabilityWorld } from './world.ts';

/** A creation is not begun with less time left: its answer must come, and be written down, within the run. */
const creationNeeds = 15 * second;

/** Where a watch's creation stands, in the item of its recipient: what is owed to them is written with it. */
const decideOnWatch =
  (
    world: WatchAvailabilityWorld,
    recipientId: string,
    watchId: string,
    pricePerGpuHour: number | undefined,
  ): CreationTask['decide'] =>
  (decision) =>
    decideOnRecipient(world.store, recipientId, (recipient) => {
      const kept = recipient?.watches[watchId];
      const creation = kept?.creation?.creation;
      if (recipient === undefined || kept === undefined || creation === undefined) return { result: undefined };
      // Ended, or closed, meanwhile: nothing is begun.
      const mayBegin = kept.standing.state === 'armed' && kept.creation?.due !== undefined;
      if (creation.state === 'available' && !mayBegin) return { result: undefined };
      const { save, result } = decision(creation);
      if (save === undefined) return { result };
      return { save: withCreation(recipient, watchId, save, pricePerGpuHour, world.clock()), result };
    });

/** What may be spent, or why nothing is created. A runtime of which its owner cannot be told would bill unseen. */
const limitsFor = ({ limits }: CreatingSettings, { undeliverable }: Recipient): CreatingLimits | string => {
  if (undeliverable !== undefined) return `mails to its owner do not arrive: ${undeliverable.because}`;
  return limits ?? 'creating for watches is switched off in the settings (creating.whenAvailable)';
};

const taskFor = (
  world: WatchAvailabilityWorld,
  settings: CreatingSettings,
  offers: ReadonlyMap<OfferKey, OfferState>,
  recipient: Recipient,
  kept: KeptWatch,
): PricedTask | undefined => {
  const { id: recipientId, address } = recipient;
  const { watch, creation } = kept;
  const offer = offerDue(kept, offers);
  if (watch.create === undefined || creation === undefined || offer === undefined) return undefined;
  const { region, hardware } = offer.state;
  const spec = specFor(watch.create, { region, config: hardware, gpus: watch.criteria.gpus });
  const isBegun = creation.creation.state === 'creating';
  const price = isBegun ? creation.pricePerGpuHour : offer.pricePerGpuHour;
  const { project } = watch.create;
  return {
    project,
    spec,
    ...(price === undefined ? {} : { pricePerGpuHour: price }),
    limits: limitsFor(settings, recipient),
    by: { recipientId, address },
    because: `created for a watch: ${watchInWords(watch.criteria)}`,
    decide: decideOnWatch(world, recipientId, watch.id, offer.pricePerGpuHour),
    report: ({ name, runtimeId }) => world.report({ event: 'runtime-created', project, runtimeId, name }),
  };
};

/** Writes down what came of a try that is not the end of it, and tells of it. */
const noteTry = async (
  world: WatchAvailabilityWorld,
  recipientId: string,
  watchId: string,
  outcome: Exclude<CreationOutcome, { outcome: 'created' | 'over' }>,
): Promise<void> => {
  const now = world.clock();
  const note = (news: Parameters<typeof withTry>[2]) =>
    decideOnRecipient(world.store, recipientId, (recipient) => {
      const after = recipient && withTry(recipient, watchId, news, now);
      return after === undefined || after === recipient ? { result: undefined } : { save: after, result: undefined };
    });
  switch (outcome.outcome) {
    case 'held':
      return note({ state: 'held', because: outcome.because });
    case 'refused':
      world.report({ event: 'creation-refused', recipientId, watchId, because: outcome.because });
      // What passes is tried again in the next minute.
      return outcome.passing ? undefined : note({ state: 'refused', because: outcome.because });
    case 'unclear':
      world.report({ event: 'creation-unclear', recipientId, watchId, name: outcome.name, because: outcome.because });
      return now - outcome.since < settlesAfter ? undefined : note({ state: 'unclear', name: outcome.name });
  }
};

const createFor = async (
  world: WatchAvailabilityWorld,
  settings: CreatingSettings,
  offers: ReadonlyMap<OfferKey, OfferState>,
  recipient: Recipient,
  kept: KeptWatch,
): Promise<void> => {
  const task = taskFor(world, settings, offers, recipient, kept);
  if (task === undefined) return;
  await markRecipient(world, recipient.id);
  const { clock, newId, creating } = world;
  const outcome = await createWithinLimits({ clock, newId, ...creating }, task);
  if (outcome.outcome === 'created' || outcome.outcome === 'over') return;
  await noteTry(world, recipient.id, kept.watch.id, outcome);
};

/**
 * Makes what is due for the watches of some recipients, one after the other, and goes on with what was asked for without a clear
 * answer. One creation's trouble is no other's. What there is no time for is due in the next run.
 */
export const createForWatches = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: CreatingSettings,
  offers: ReadonlyMap<OfferKey, OfferState>,
  recipientIds: ReadonlySet<string>,
  fail: Fail,
): Promise<void> => {
  const owed: string[] = [];
  for (const recipientId of recipientIds) {
    const { recipient } = (await world.store.readRecipient(recipientId)) ?? {};
    for (const kept of Object.values(recipient?.watches ?? {}).filter(isUnderWay)) {
      if (recipient === undefined || run.deadline - world.clock() < creationNeeds) break;
      await createFor(world, settings, offers, recipient, kept).catch(fail);
      owed.push(recipientId);
    }
  }
  if (owed.length > 0) await world.queue.announce([...new Set(owed)]);
};
