import { readSettings } from '#adapters/configuration/define-config.ts';
import type { Offer } from '#domain/offer.ts';
import { type Instant, second } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { type AvailabilityTrace, rowAt, type TraceOffer } from '#local/emulator/trace/availability-trace.ts';
import type { HandlersParts } from '#local/handlers.ts';
import { MemoryWorldError, startMemoryWorld } from './memory-world.ts';
import { completeListing, notInThePast } from './past-provider.ts';
import { leavesAt, type StartWorld } from './replay-availability.ts';

/** What nothing depends on: the trace tells only what was free. */
const unknownHardware = { gpuVendor: 'unknown', vramGib: 80, cpuCores: 16, memoryGib: 192, pricePerGpuHour: 2.39 };

const shown = (offer: TraceOffer, startsAt: Instant, now: Instant): Offer | undefined => {
  const row = rowAt(offer.rows, (now - startsAt) / second);
  if (row === undefined || now >= leavesAt(offer, startsAt)) return undefined;
  const { region, configId } = offer;
  const { available } = row;
  return {
    region,
    configId,
    gpuModel: configId,
    ...unknownHardware,
    availability: available > 0 ? 'High' : 'None',
    counts: { available, smallestBlock: Math.min(1, available), largestBlock: available },
  };
};

/** The provider's inventory as it would have been shown, behind the adapters. */
const createPastInventory = (
  trace: AvailabilityTrace,
  startsAt: Instant,
  now: () => Instant,
): HandlersParts['provider'] => ({
  listOffers: async () =>
    completeListing(
      now(),
      trace.offers.flatMap((offer) => shown(offer, startsAt, now()) ?? []),
    ),
  listNotificationRequests: async () => completeListing(now(), []),
  createNotificationRequest: notInThePast,
  getGpuConfig: async (configId) =>
    trace.offers.some((offer) => offer.configId === configId)
      ? { configId, gpuModel: configId, ...unknownHardware }
      : undefined,
  listRuntimes: notInThePast,
  getRuntime: notInThePast,
  getRuntimeMetrics: notInThePast,
  deleteRuntime: notInThePast,
  createRuntime: notInThePast,
  listTemplates: notInThePast,
  getTemplate: notInThePast,
});

const troubles: readonly string[] = ['run-skipped', 'poll-failed', 'part-failed', 'listing-incomplete', 'mail-failed'];

/** Job 1 in memory. */
export const startPastInventory: StartWorld = async (trace, availability, startsAt) => {
  const { now, advance } = movableClock(startsAt);
  const settings = readSettings({
    provider: { organisation: 'org-past', projects: ['prj-past'] },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
    availability,
  });
  const { dynamodb, tick, deliver, takeMails } = await startMemoryWorld({
    settings,
    provider: createPastInventory(trace, startsAt, now),
    now,
    onEvent: (event) => {
      if (troubles.includes(event.event)) throw new MemoryWorldError(`Unexpected: ${JSON.stringify(event)}`);
    },
  });
  return { dynamodb, tick, deliver, takeMails, advance, close: async () => {} };
};
