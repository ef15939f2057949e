import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Criteria, describes, exactOffer, modelNames, watchInWords, wishKey } from '#domain/watch.ts';
import { exactH100, h100, h100Key, rtx5090 } from './given.ts';

describe('modelNames: each run of its words, written together', () => {
  test('all runs, each once', () => {
    expect(modelNames('NVIDIA GeForce RTX 5090').toSorted()).toEqual(
      [
        ...['nvidia', 'geforce', 'rtx', '5090'],
        ...['nvidiageforce', 'geforcertx', 'rtx5090'],
        ...['nvidiageforcertx', 'geforcertx5090', 'nvidiageforcertx5090'],
      ].toSorted(),
    );
    expect(modelNames('H100')).toEqual(['h100']);
    expect(modelNames('RTX RTX')).toEqual(['rtx', 'rtxrtx']);
    expect(modelNames(' -- ')).toEqual([]);
  });
});

describe('describes: the description fits', () => {
  const of = (changes: Partial<Criteria>): Criteria => ({ gpus: 1, ...changes });
  const table: [string, Criteria, typeof h100, boolean][] = [
    ['nothing bound: any offer', of({}), h100, true],
    ['exact: this offer', exactH100, h100, true],
    ['exact: the same config elsewhere', exactH100, { ...h100, region: 'as-west-2' }, false],
    ['exact: another config here', exactH100, rtx5090, false],
    ['region alone', of({ region: 'as-south-1' }), rtx5090, true],
    ['region alone, elsewhere', of({ region: 'as-south' }), rtx5090, false],
    ['config alone, in any region', of({ configId: h100.configId }), { ...h100, region: 'as-west-2' }, true],
    ['model in any case', of({ model: 'h100' }), h100, true],
    ['model with its vendor', of({ model: 'NVIDIA H100' }), h100, true],
    ['model by its words, written apart', of({ model: 'rtx 5090' }), rtx5090, true],
    ['model by its words, written together', of({ model: 'RTX5090' }), rtx5090, true],
    ['model by its last word', of({ model: '5090' }), rtx5090, true],
    ['model with blanks and hyphens', of({ model: '  GeForce-RTX ' }), rtx5090, true],
    ['A100 never finds an A1000', of({ model: 'A100' }), { ...h100, gpuModel: 'NVIDIA RTX A1000' }, false],
    ['H100 never finds a GH100', of({ model: 'H100' }), { ...h100, gpuModel: 'NVIDIA GH100' }, false],
    ['words that do not stand together', of({ model: 'NVIDIA 5090' }), rtx5090, false],
    ['part of a word', of({ model: 'RTX 509' }), rtx5090, false],
    ['another model', of({ model: 'H200' }), h100, false],
    ['vendor in any case', of({ vendor: 'nvidia' }), h100, true],
    ['another vendor', of({ vendor: 'AMD' }), h100, false],
    ['part of a vendor', of({ vendor: 'NVI' }), h100, false],
    ['at least so much memory: equal', of({ vramMinGib: 80 }), h100, true],
    ['at least so much memory: less', of({ vramMinGib: 81 }), h100, false],
    ['at most so much memory: equal', of({ vramMaxGib: 80 }), h100, true],
    ['at most so much memory: more', of({ vramMaxGib: 79 }), h100, false],
    ['price and counts are not looked at', of({ gpus: 64, maxPricePerGpuHour: 0.01 }), h100, true],
  ];
  test.each(table)('%s', (_, criteria, offer, verdict) => {
    expect(describes(criteria, offer)).toBe(verdict);
  });

  test('law: binding one more field never adds an offer', () => {
    const offers = fc.constantFrom(h100, rtx5090, { ...h100, region: 'as-west-2', gpuVendor: 'AMD' });
    const field = fc.constantFrom<Partial<Criteria>>(
      { region: 'as-south-1' },
      { configId: rtx5090.configId },
      { model: 'h100' },
      { vendor: 'NVIDIA' },
      { vramMinGib: 40 },
      { vramMaxGib: 40 },
    );
    fc.assert(
      fc.property(offers, fc.array(field), field, (offer, some, more) => {
        const loose: Criteria = Object.assign({ gpus: 1 }, ...some);
        if (describes({ ...more, ...loose }, offer)) expect(describes(loose, offer)).toBe(true);
      }),
    );
  });
});

describe('exact: region and config are both given', () => {
  const table: [Criteria, string | undefined][] = [
    [exactH100, h100Key],
    [{ gpus: 1, region: 'as-south-1' }, undefined],
    [{ gpus: 1, configId: h100.configId }, undefined],
    [{ gpus: 1 }, undefined],
  ];
  test.each(table)('%o', (criteria, key) => {
    expect(exactOffer(criteria)).toBe(key);
  });
});

const full: Criteria = {
  region: 'as-south-1',
  configId: 'c1',
  model: 'RTX 5090',
  vendor: 'NVIDIA',
  vramMinGib: 16,
  vramMaxGib: 48,
  gpus: 2,
  maxPricePerGpuHour: 1.5,
};

describe('wishKey: the same text for the same wish, wherever it was made', () => {
  test('the same wish in other letters', () => {
    expect(wishKey({ ...full, model: 'rtx-5090', vendor: 'Nvidia' })).toBe(wishKey(full));
  });

  const changes: Partial<Criteria>[] = [
    { region: 'as-west-2' },
    { configId: 'c2' },
    { model: 'RTX 4090' },
    { vendor: 'AMD' },
    { vramMinGib: 24 },
    { vramMaxGib: 80 },
    { gpus: 4 },
    { maxPricePerGpuHour: 1.4 },
  ];
  test.each(changes)('%o is another wish', (change) => {
    expect(wishKey({ ...full, ...change })).not.toBe(wishKey(full));
  });

  test('the same value in another field is another wish', () => {
    const keys = [
      { region: 'x' },
      { configId: 'x' },
      { model: 'x' },
      { vendor: 'x' },
      { vramMinGib: 7 },
      { vramMaxGib: 7 },
      { maxPricePerGpuHour: 7 },
      {},
    ].map((some) => wishKey({ gpus: 1, ...some }));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('watchInWords', () => {
  const table: [string, Criteria][] = [
    ['any GPU in any region', { gpus: 1 }],
    ['2 × any GPU in any region', { gpus: 2 }],
    ['any H100 in as-south-1', { gpus: 1, model: 'H100', region: 'as-south-1' }],
    ['any NVIDIA in any region', { gpus: 1, vendor: 'NVIDIA' }],
    [
      '8 × any NVIDIA H100 in as-south-1 up to $1.99 per GPU-hour',
      { gpus: 8, vendor: 'NVIDIA', model: 'H100', region: 'as-south-1', maxPricePerGpuHour: 1.99 },
    ],
    ['gpu-h100-80g-20cpu-125g in as-south-1', exactH100],
    ['any GPU with at least 24 GiB of VRAM in any region', { gpus: 1, vramMinGib: 24 }],
    ['any GPU with at most 48 GiB of VRAM in any region', { gpus: 1, vramMaxGib: 48 }],
    ['any GPU with 24 to 48 GiB of VRAM in any region', { gpus: 1, vramMinGib: 24, vramMaxGib: 48 }],
  ];
  test.each(table)('%s', (words, criteria) => {
    expect(watchInWords(criteria)).toBe(words);
  });
});
