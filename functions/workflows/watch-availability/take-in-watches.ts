import pLimit from 'p-limit';
import type { Fleet } from '#domain/board.ts';
import type { OfferKey } from '#domain/offer.ts';
import { neverListed, type OfferState } from '#domain/offer-state.ts';
import { type Recipient, withoutWatches, withWatch } from '#domain/recipient.ts';
import {
  afterSteps,
  compareSource,
  identityOf,
  type KnownWatch,
  type ListedWatch,
  type RequestStep,
  stepsForRequests,
} from '#domain/sources.ts';
import { minute } from '#domain/time.ts';
import { exactOffer, type Watch } from '#domain/watch.ts';
import { bucketOf, shapeOf } from '#domain/watch-index.ts';
import { changeRecipient } from './look-at-recipient.ts';
import type { Run, WatchAvailabilitySettings, WatchAvailabilityWorld } from './world.ts';

const recipientIdOf = (world: WatchAvailabilityWorld, address: string) => world.digest(address.toLowerCase());

const writesAtOnce = 16;

const byRecipient = (world: WatchAvailabilityWorld, listed: readonly ListedWatch[]): Map<string, ListedWatch[]> =>
  Map.groupBy(listed, ({ address }) => recipientIdOf(world, address));

/** Writes everything by which a watch is found. */
const indexWatch = async (world: WatchAvailabilityWorld, recipientId: string, watch: Watch): Promise<void> => {
  const now = world.clock();
  const place = { bucket: bucketOf(watch.criteria), recipientId, watchId: watch.id };
  await world.store.addEntry({ ...place, createdAt: now, notBefore: now });
  if (watch.expiresAt !== undefined) await world.store.putExpiry(watch.expiresAt, recipientId, watch.id);
};

/**
 * Makes watches: first everything by which they are found, then the watches themselves, one write for each recipient. Making
 * them again changes nothing.
 */
const makeWatches = async (world: WatchAvailabilityWorld, listed: readonly ListedWatch[]): Promise<void> => {
  const shapes = new Map(listed.map(({ watch }) => [shapeOf(watch.criteria), watch.criteria]));
  for (const criteria of shapes.values()) await world.store.addShape(criteria);
  const limit = pLimit(writesAtOnce);
  await limit.map(listed, ({ address, watch }) => indexWatch(world, recipientIdOf(world, address), watch));
  await limit.map(byRecipient(world, listed), async ([recipientId, group]) => {
    const add = (recipient: Recipient) =>
      group.reduce((so, { watch }) => withWatch(so, watch, world.clock()), recipient);
    await changeRecipient(world, recipientId, add, group[0]?.address);
  });
};

/** Forgets watches that their source lists no more; what pointed to them is tidied up when it is met. */
const forgetWatches = async (world: WatchAvailabilityWorld, removed: readonly KnownWatch[]): Promise<void> => {
  const limit = pLimit(writesAtOnce);
  await limit.map(
    Map.groupBy(removed, ({ recipientId }) => recipientId),
    async ([recipientId, group]) => {
      const ids = group.map(({ watchId }) => watchId);
      await changeRecipient(world, recipientId, (recipient) => withoutWatches(recipient, ids));
    },
  );
};

/**
 * Asks the provider about the configs that new watches name and no listing has shown: a typo is seen at once, and a mail
 * can say what the offer is. Call it once the listing was seen.
 */
export const checkConfigs = async (
  world: WatchAvailabilityWorld,
  run: Run,
  offers: ReadonlyMap<OfferKey, OfferState>,
  added: readonly Watch[],
): Promise<void> => {
  const listed = new Set([...offers.values()].map(({ hardware }) => hardware.configId));
  for (const { criteria } of added) {
    const { configId, region } = criteria;
    const exact = exactOffer(criteria);
    if (configId === undefined || (exact === undefined ? listed.has(configId) : offers.has(exact))) continue;
    try {
      const hardware = await world.inventory.getGpuConfig(configId, run.signal);
      if (hardware === undefined) world.report({ event: 'watch-unknown-config', configId });
      else if (region !== undefined) await world.store.saveOffer(neverListed(region, hardware));
    } catch (failure) {
      // The check is a courtesy: the watch stands without it.
      world.report({ event: 'config-unchecked', configId, because: String(failure) });
    }
  }
};

const listedWishes = (world: WatchAvailabilityWorld, settings: WatchAvailabilitySettings): ListedWatch[] =>
  settings.wishes.map(({ address, wish }) => ({
    address,
    watch: { ...wish, id: world.digest(identityOf('config', address, wish)), source: 'config', madeAt: world.clock() },
  }));

/** What taking in the sources brought: the watches made, and what the fleet is to remember of the sources. */
export type TakenIn = {
  readonly added: readonly Watch[];
  readonly changed: boolean;
  readonly remember: Pick<Fleet, 'configDigest' | 'requestsReadAt'>;
};

/** Takes in the watches of `warden.config.ts` when they differ from those taken in before. */
export const takeInConfig = async (
  world: WatchAvailabilityWorld,
  settings: WatchAvailabilitySettings,
  fleet: Fleet,
): Promise<TakenIn> => {
  const listed = listedWishes(world, settings);
  const configDigest = world.digest(JSON.stringify(listed.map(({ watch }) => watch.id)));
  if (configDigest === fleet.configDigest) return { added: [], changed: false, remember: { configDigest } };
  const { added, removed } = compareSource(await world.store.readConfigSource(), listed);
  await makeWatches(world, added);
  await forgetWatches(world, removed);
  await world.store.saveConfigSource(
    listed.map(({ address, watch }): KnownWatch => ({ watchId: watch.id, recipientId: recipientIdOf(world, address) })),
  );
  world.report({ event: 'watches-changed', added: added.length, removed: removed.length });
  return { added: added.map(({ watch }) => watch), changed: true, remember: { configDigest } };
};

const takeStep = async (
  world: WatchAvailabilityWorld,
  settings: WatchAvailabilitySettings,
  step: RequestStep,
): Promise<Watch[]> => {
  const { region, configId } = step.request;
  const wish = { criteria: { region, configId, gpus: 1 }, notify: 'once' } as const;
  const id = world.digest(identityOf('account', settings.upstreamTo, wish, step.id));
  if (step.step === 'end') {
    await forgetWatches(world, [{ watchId: id, recipientId: recipientIdOf(world, settings.upstreamTo) }]);
    return [];
  }
  const expiry = step.expiresAt === undefined ? {} : { expiresAt: step.expiresAt };
  const watch: Watch = { ...wish, ...expiry, id, source: 'account', madeAt: world.clock() };
  await makeWatches(world, [{ address: settings.upstreamTo, watch }]);
  return step.step === 'add' ? [watch] : [];
};

const readRequests = async (world: WatchAvailabilityWorld, run: Run) => {
  try {
    return await world.inventory.listRequests(run.signal);
  } catch (failure) {
    // Watches stay as they are until the list can be read again; the polling that they need goes on.
    world.report({ event: 'requests-unread', because: String(failure) });
    return undefined;
  }
};

/** Reads the account's own requests at the provider, every few minutes, and takes in what changed. */
export const takeInRequests = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: WatchAvailabilitySettings,
  fleet: Fleet,
): Promise<TakenIn> => {
  const now = world.clock();
  const { requestsReadAt } = fleet;
  const asBefore = { added: [], changed: false, remember: requestsReadAt === undefined ? {} : { requestsReadAt } };
  if (requestsReadAt !== undefined && now - requestsReadAt < settings.readRequestsMinutes * minute) return asBefore;
  const requests = await readRequests(world, run);
  if (requests === undefined) return asBefore;
  const known = await world.store.readRequestsSource();
  const steps = stepsForRequests(known, requests, now);
  const added: Watch[] = [];
  for (const step of steps) added.push(...(await takeStep(world, settings, step)));
  if (steps.length > 0) await world.store.saveRequestsSource(afterSteps(known, steps, requests));
  return { added, changed: steps.length > 0, remember: { requestsReadAt: now } };
};
