import { dequal } from 'dequal';
import pLimit from 'p-limit';
import type { Fleet } from '#domain/board.ts';
import type { Listing } from '#domain/listing.ts';
import type { OfferKey } from '#domain/offer.ts';
import { neverListed, type OfferState } from '#domain/offer-state.ts';
import { withoutWatches } from '#domain/recipient.ts';
import { recogniseOurs } from '#domain/registering.ts';
import type { NotificationRequest } from '#domain/request.ts';
import {
  afterSteps,
  compareSource,
  identityOf,
  type KnownRequests,
  type KnownWatch,
  type ListedWatch,
  type RequestStep,
  stepsForRequests,
} from '#domain/sources.ts';
import { minute } from '#domain/time.ts';
import { exactOffer, type Watch } from '#domain/watch.ts';
import { changeRecipient, makeWatches, recipientIdOf, writesAtOnce } from '#workflows/make-watches.ts';
import type { Run } from '#workflows/runs.ts';
import type { WatchAvailabilitySettings, WatchAvailabilityWorld } from './world.ts';

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
  settings.wishes.map(({ address, wish, until }) => ({
    address,
    watch: {
      ...wish,
      id: world.digest(identityOf('config', address, wish, until)),
      source: 'config',
      madeAt: world.clock(),
    },
  }));

/** The account's requests as the provider lists them now, and what is known of them. */
export type ReadRequests = { readonly listing: Listing<NotificationRequest>; readonly known: KnownRequests };

/**
 * What taking in the sources brought: the watches made, what the fleet is to remember of the sources, and the account's requests
 * where they were read.
 */
export type TakenIn = {
  readonly added: readonly Watch[];
  readonly changed: boolean;
  readonly remember: Pick<Fleet, 'configDigest' | 'requestsReadAt'>;
  readonly requests?: ReadRequests;
};

/** Takes in the watches of `warden.config.ts` when they differ from those taken in before. */
export const takeInConfig = async (
  world: WatchAvailabilityWorld,
  settings: WatchAvailabilitySettings,
  fleet: Fleet,
): Promise<TakenIn> => {
  const listed = listedWishes(world, settings);
  const configDigest = world.digest(JSON.stringify(listed.map(({ watch }) => [watch.id, watch.expiresAt ?? null])));
  if (configDigest === fleet.configDigest) return { added: [], changed: false, remember: { configDigest } };
  const known = await world.store.readConfigSource();
  const wanted = listed.map(({ address, watch }) => ({
    watchId: watch.id,
    recipientId: recipientIdOf(world, address),
  }));
  const { added, removed } = compareSource(known, listed);
  // First both, so that a crash in the middle leaves no watch that nobody lists and nobody knows of.
  await world.store.saveConfigSource([...removed, ...wanted]);
  await makeWatches(world, listed);
  await forgetWatches(world, removed);
  await world.store.saveConfigSource(wanted);
  world.report({ event: 'watches-changed', added: added.length, removed: removed.length });
  return { added: added.map(({ watch }) => watch), changed: true, remember: { configDigest } };
};

/** The watch of an account's request. */
const watchOf = (world: WatchAvailabilityWorld, upstreamTo: string, step: RequestStep): Watch => {
  const { region, configId } = step.request;
  const wish = { criteria: { region, configId, gpus: 1 }, notify: 'once' } as const;
  const id = world.digest(identityOf('account', upstreamTo, wish, step.id));
  const expiry = step.step === 'end' || step.expiresAt === undefined ? {} : { expiresAt: step.expiresAt };
  return { ...wish, ...expiry, id, source: 'account', madeAt: world.clock() };
};

const takeSteps = async (
  world: WatchAvailabilityWorld,
  upstreamTo: string,
  steps: readonly RequestStep[],
): Promise<Watch[]> => {
  const recipientId = recipientIdOf(world, upstreamTo);
  const ended = steps.filter(({ step }) => step === 'end').map((step) => watchOf(world, upstreamTo, step));
  const going = steps.filter(({ step }) => step !== 'end').map((step) => watchOf(world, upstreamTo, step));
  await makeWatches(
    world,
    going.map((watch) => ({ address: upstreamTo, watch })),
  );
  await forgetWatches(
    world,
    ended.map(({ id }) => ({ watchId: id, recipientId })),
  );
  return going.filter(({ expiresAt }) => expiresAt === undefined);
};

/**
 * What is known of the requests. Where another address is told now, the former one's watches end and all is read anew, but for
 * those that Warden registered itself.
 */
const knownRequests = async (world: WatchAvailabilityWorld, recipientId: string): Promise<KnownRequests> => {
  const known = await world.store.readRequestsSource();
  if (known.recipientId === undefined || known.recipientId === recipientId) return known;
  await changeRecipient(world, known.recipientId, (recipient) => {
    const theirs = Object.values(recipient.watches).filter(({ watch }) => watch.source === 'account');
    return withoutWatches(
      recipient,
      theirs.map(({ watch }) => watch.id),
    );
  });
  const ours = Object.entries(known.requests).filter(([, { state }]) => state === 'ours');
  return { requests: Object.fromEntries(ours), asking: known.asking };
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
  const listing = await readRequests(world, run);
  if (listing === undefined) return asBefore;
  const recipientId = recipientIdOf(world, settings.upstreamTo);
  const known = await knownRequests(world, recipientId);
  const { requests, asking } = recogniseOurs(known, listing, now);
  const steps = stepsForRequests(requests, listing, now);
  const added = await takeSteps(world, settings.upstreamTo, steps);
  const after = { recipientId, requests: afterSteps(requests, steps, listing), asking };
  if (!dequal(known, after)) await world.store.saveRequestsSource(after);
  const changed = steps.length > 0;
  return { added, changed, remember: { requestsReadAt: now }, requests: { listing, known: after } };
};
