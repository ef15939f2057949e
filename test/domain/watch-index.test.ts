import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Criteria, describes } from '#domain/watch.ts';
import { bucketOf, bucketsFor, gpusOfShape, shapeOf } from '#domain/watch-index.ts';
import { anyGpu, exactH100, h100, rtx5090 } from './given.ts';

describe('shape: which fields a watch binds, and for how many GPUs', () => {
  const table: [string, Criteria][] = [
    ['1:', { gpus: 1, vramMinGib: 24, vramMaxGib: 80, maxPricePerGpuHour: 2 }],
    ['1:region+configId', exactH100],
    ['8:region+model', { gpus: 8, model: 'H100', region: 'as-south-1' }],
    ['16:model+vendor', { gpus: 16, vendor: 'NVIDIA', model: 'H100' }],
    ['2:region+configId+model+vendor', { gpus: 2, vendor: 'v', model: 'm', region: 'r', configId: 'c' }],
  ];
  test.each(table)('%s', (shape, criteria) => {
    expect(shapeOf(criteria)).toBe(shape);
    expect(gpusOfShape(shape)).toBe(criteria.gpus);
  });
});

describe('buckets', () => {
  test('an offer is looked up in shapes that are in use, and in no other', () => {
    expect(bucketsFor(h100, [])).toEqual([]);
    expect(bucketsFor(h100, ['1:'])).toEqual([bucketOf(anyGpu)]);
    expect(bucketsFor(h100, ['1:region+configId'])).toEqual([bucketOf(exactH100)]);
  });

  test('one bucket for each name of the model', () => {
    const names = ['nvidia', 'h100', 'NVIDIA H100'];
    expect(bucketsFor(h100, ['2:model']).toSorted()).toEqual(
      names.map((model) => bucketOf({ gpus: 2, model })).toSorted(),
    );
  });

  test('watches of another kind stand elsewhere', () => {
    const shapes = ['1:region+configId', '8:model', '1:vendor', '1:region'];
    const elsewhere: Criteria[] = [
      { ...exactH100, configId: rtx5090.configId },
      { ...exactH100, region: 'as-west-2' },
      { gpus: 8, model: 'H200' },
      { gpus: 1, vendor: 'AMD' },
    ];
    for (const criteria of elsewhere) expect(bucketsFor(h100, shapes)).not.toContain(bucketOf(criteria));
  });
});

const word = fc.constantFrom('NVIDIA', 'GeForce', 'RTX', '5090', 'h100', 'H-100', 'A100', 'SXM5', '80GB', '');
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
const offers = fc.record({
  region: fc.constantFrom('as-south-1', 'as-west-2'),
  configId: fc.constantFrom('c1', 'c2'),
  gpuModel: text,
  gpuVendor: fc.constantFrom('NVIDIA', 'Nvidia Corp.', 'AMD', ''),
  vramGib: fc.constantFrom(24, 80),
});
const optional = { requiredKeys: ['gpus'] as ['gpus'] };
const anyCriteria = fc.record(
  {
    gpus: fc.constantFrom(1, 2, 8, 10),
    region: fc.constantFrom('as-south-1', 'as-west-2'),
    configId: fc.constantFrom('c1', 'c2'),
    model: text,
    vendor: fc.constantFrom('nvidia', 'NVIDIA corp', 'AMD'),
    vramMinGib: fc.constant(40),
  },
  optional,
);

/** Criteria that were taken from the offer, so that most of them describe it. */
const taken = offers.chain((offer) => {
  const words = offer.gpuModel.split(' ');
  const run = fc
    .tuple(fc.nat(words.length), fc.nat(words.length))
    .map(([a, b]) => words.slice(Math.min(a, b), Math.max(a, b)));
  const criteria = fc.record(
    {
      gpus: fc.constantFrom(1, 2, 8, 10),
      region: fc.constant(offer.region),
      configId: fc.constant(offer.configId),
      model: fc.tuple(run, fc.constantFrom('', ' ', '-')).map(([some, between]) => some.join(between).toLowerCase()),
      vendor: fc.constantFrom(offer.gpuVendor, offer.gpuVendor.toUpperCase()),
    },
    optional,
  );
  return criteria.map((some): { offer: typeof offer; criteria: Criteria } => ({ offer, criteria: some }));
});

describe('law: a watch that describes an offer stands in a bucket that the offer is looked up in', () => {
  test('for any criteria among any others', () => {
    fc.assert(
      fc.property(offers, fc.array(anyCriteria), (offer, watches) => {
        const buckets = bucketsFor(offer, [...new Set(watches.map(shapeOf))]);
        for (const criteria of watches) {
          if (describes(criteria, offer)) expect(buckets).toContain(bucketOf(criteria));
        }
      }),
    );
  });

  test('for criteria taken from the offer', () => {
    let described = 0;
    fc.assert(
      fc.property(taken, fc.array(anyCriteria), ({ offer, criteria }, others) => {
        if (!describes(criteria, offer)) return;
        described += 1;
        expect(bucketsFor(offer, [...others, criteria].map(shapeOf))).toContain(bucketOf(criteria));
      }),
    );
    expect(described).toBeGreaterThan(20);
  });
});
