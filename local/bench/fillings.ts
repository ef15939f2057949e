import { digest } from '#adapters/identity.ts';
import type { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import type { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { newRecipient, type Recipient, withWatch } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import type { Criteria, Watch } from '#domain/watch.ts';
import { entryOf } from '#domain/watch-index.ts';

export type Stores = ReturnType<typeof createAvailabilityStore> & ReturnType<typeof createRecipientStore>;

/** The offer that opens in each repeat: the same hardware in a region of its own, so that every repeat meets fresh watches. */
export const openingModel = { configId: 'gpu-h100-80g-20cpu-125g', model: 'H100', price: 1.99, vramGib: 80 } as const;
export const openingRegion = (repeat: number): string => `region-${repeat}`;

const otherModels = ['H200', 'A100', 'RTX 5090', 'RTX PRO 6000', 'A6000', 'T4', 'L40S', 'B200', 'GH200', 'MI300X'];
const pick = <T>(from: readonly [T, ...T[]] | readonly T[], index: number): T | undefined => from[index % from.length];

/**
 * Watches that exist and do not concern the offer that opens. `elsewhere` differs in what the index knows of a watch (region,
 * model, config); the others differ in one thing alone, and are otherwise the very watches that fire.
 */
export const fillings = {
  elsewhere: (index: number): Criteria => {
    const kind = index % 4;
    const model = pick(otherModels, index >> 2) ?? 'T4';
    if (kind === 0) return { gpus: 1, region: `elsewhere-${index % 50}`, model: openingModel.model };
    if (kind === 1) return { gpus: 1, model };
    if (kind === 2) return { gpus: 1, region: openingRegion(index % 8), model };
    return { gpus: 1, region: `elsewhere-${index % 50}`, configId: openingModel.configId };
  },
  gpus: (): Criteria => ({ gpus: 8, model: openingModel.model }),
  price: (): Criteria => ({ gpus: 1, model: openingModel.model, maxPricePerGpuHour: 0.5 }),
  vram: (): Criteria => ({ gpus: 1, vramMinGib: 192 }),
} satisfies Record<string, (index: number) => Criteria>;

export type Filling = keyof typeof fillings;

/** Makes a watch as watch-availability does, and answers its recipient; the marker is left out, since nobody waits for it. */
const placeWatch = async (
  stores: Stores,
  recipient: Recipient,
  criteria: Criteria,
  id: string,
  now: Instant,
): Promise<Recipient> => {
  const watch: Watch = { id, source: 'config', madeAt: now, criteria, notify: 'once' };
  await stores.addEntry(entryOf(recipient.id, watch, now));
  return withWatch(recipient, watch, now);
};

/** One recipient with one watch. */
export const addWatch = async (stores: Stores, address: string, criteria: Criteria, now: Instant): Promise<void> => {
  const recipient = newRecipient(digest(address), address);
  const placed = await placeWatch(stores, recipient, criteria, digest(`watch of ${address}`), now);
  await stores.saveRecipient(placed, 0);
};
