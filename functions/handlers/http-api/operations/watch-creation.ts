import type * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { checkLimits, limitsFor } from '#adapters/http/may-create.ts';
import { notAcceptable, Problem } from '#adapters/http/problem.ts';
import { orderOf } from '#adapters/http/shapes/creation-shape.ts';
import type { newWatchShape } from '#adapters/http/shapes/watch-shape.ts';
import type { RuntimeOrder } from '#domain/creating/order.ts';
import type { KeptWatch } from '#domain/recipient.ts';
import type { WatchChange } from '#workflows/api-watches/watches.ts';
import type { ApiWorld } from '../world.ts';

type NewWatch = z.output<typeof newWatchShape>;

/** What stands in the item of an address must be small. */
const largestOrder = 6_000;

/** What a watch has made. @throws Problem where it cannot be made so */
export const orderOfWatch = (create: NonNullable<NewWatch['create']>, { operator }: Caller): RuntimeOrder => {
  const { project_id: project, ...order } = create;
  if (Buffer.byteLength(JSON.stringify(create)) > largestOrder) {
    throw notAcceptable('/create', `create has more than ${largestOrder} bytes; use a template`);
  }
  return { ...orderOf(project, order, '/create'), ...(operator ? { byOperator: true } : {}) };
};

/** @throws Problem where a new watch may have nothing made, or not so much */
export const checkNewCreation = (
  { create, gpu_count: gpus, max_price_per_gpu_per_hour: price }: NewWatch,
  caller: Caller,
  { creating, projects }: ApiWorld,
): void => {
  if (create === undefined) return;
  if (creating === undefined) {
    throw new Problem(
      'not-allowed',
      'No watch creates anything here: `creating.whenAvailable` of the settings is off.',
    );
  }
  const limits = limitsFor(creating, caller);
  const { project_id: project } = create;
  if (!projects.includes(project)) {
    throw notAcceptable('/create/project_id', `project_id ${project} is not one of the settings`);
  }
  if (price === undefined) {
    const missing = 'max_price_per_gpu_per_hour is missing; nothing is created at any price';
    throw notAcceptable('/max_price_per_gpu_per_hour', missing);
  }
  checkLimits(limits, { gpus, pricePerGpuHour: price });
};

/** @throws Problem where a watch that creates would ask for more than may ever be made */
export const checkCreation = ({ watch }: KeptWatch, change: WatchChange['criteria'], { creating }: ApiWorld): void => {
  const { gpus, maxPricePerGpuHour } = { ...watch.criteria, ...change };
  if (watch.create === undefined || creating?.limits === undefined || maxPricePerGpuHour === undefined) return;
  checkLimits(creating.limits, { gpus, pricePerGpuHour: maxPricePerGpuHour });
};
