import * as z from 'zod/mini';
import { address, dateOrTime, described, positiveNumber, text, wholeNumber } from './field.ts';

const watchFields = z.strictObject({
  to: described('Mail address that is told.', address()),
  region: described('Region id, such as `as-south-1`. Missing: any region.', z.exactOptional(text('a region id'))),
  configId: described(
    'Config id from the inventory, such as `gpu-h100-80g-20cpu-125g`. With `region` it names one offer exactly; alone it means this config in any region.',
    z.exactOptional(text('a config id, such as gpu-h100-80g-20cpu-125g')),
  ),
  model: described(
    'GPU model: whole words of its name in the inventory, such as `H100`, `RTX 5090` or `NVIDIA H100`; case and blanks do not matter. Missing: any model.',
    z.exactOptional(text('a GPU model, such as H100')),
  ),
  vendor: described(
    'GPU vendor, such as `NVIDIA`; case does not matter. Missing: any vendor.',
    z.exactOptional(text('a GPU vendor, such as NVIDIA')),
  ),
  vramMinGib: described('Least memory of one GPU, in GiB.', z.exactOptional(wholeNumber(1, 10_000))),
  vramMaxGib: described('Most memory of one GPU, in GiB.', z.exactOptional(wholeNumber(1, 10_000))),
  gpus: described('GPUs wanted in one piece, on one machine.', z._default(wholeNumber(1, 1024), 1)),
  maxPricePerGpuHour: described(
    'Highest price, in USD for one GPU for one hour. Missing: any price.',
    z.exactOptional(positiveNumber()),
  ),
  notify: described(
    '`once`: one mail, then the watch is done. `every`: a mail for each time that the offer comes back, at most one in 6 hours.',
    z._default(z.enum(['once', 'every']), 'once'),
  ),
  until: described(
    'When the watch ends: a date (to the end of that day in `mail.timeZone`) or a date and time with its offset. Missing: as long as it is listed.',
    z.exactOptional(dateOrTime()),
  ),
});

// Each rule reads only what it needs, so that a fault in another field does not hide it.
const vramRange = z.object({ vramMinGib: z.number(), vramMaxGib: z.number() });
const exactWatch = z.looseObject({ region: z.string(), configId: z.string() });
const descriptive = ['model', 'vendor', 'vramMinGib', 'vramMaxGib'];

const rangeInOrder = z.check<z.output<typeof watchFields>>(
  ({ value, issues }) => {
    const range = z.safeParse(vramRange, value).data;
    if (range === undefined || range.vramMinGib <= range.vramMaxGib) return;
    const message = `at most vramMaxGib (${range.vramMaxGib})`;
    issues.push({ code: 'custom', path: ['vramMinGib'], input: range.vramMinGib, message });
  },
  { when: () => true },
);

const exactOrDescribed = z.check<z.output<typeof watchFields>>(
  ({ value, issues }) => {
    const exact = z.safeParse(exactWatch, value).data;
    if (exact === undefined) return;
    const message = 'nothing here, because region and configId already name one offer exactly';
    for (const name of descriptive.filter((field) => exact[field] !== undefined)) {
      issues.push({ code: 'custom', path: [name], input: exact[name], message });
    }
  },
  { when: () => true },
);

/** A wish to be told. Exact when `region` and `configId` are both given, otherwise by description; nothing given means any. */
export const watch = described(
  'A wish to be told. Exact when `region` and `configId` are both given, otherwise by description: what is not given means any.',
  watchFields.check(rangeInOrder, exactOrDescribed),
);

const folded = new Map<string, (value: string) => string>([
  ['to', (value) => value.toLowerCase()],
  ['model', (value) => value.toLowerCase().replace(/[^a-z0-9]/g, '')],
  ['vendor', (value) => value.toLowerCase().replace(/[^a-z0-9]/g, '')],
]);

/** What makes two watches one wish: all fields, in the order of the schema and with defaults filled in. */
export const sameWatch = (item: unknown): string | undefined => {
  const fields = z.safeParse(z.record(z.string(), z.unknown()), item).data;
  if (fields === undefined) return undefined;
  return JSON.stringify(fields, (name, value: unknown) =>
    typeof value === 'string' ? (folded.get(name)?.(value) ?? value) : value,
  );
};

/** Whom a watch tells, for `atMostEach`. */
export const toldAddress = (item: unknown): string | undefined =>
  z.safeParse(z.object({ to: z.string() }), item).data?.to.toLowerCase();
