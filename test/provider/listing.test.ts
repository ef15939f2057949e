import { describe, expect, test } from 'vitest';
import type { AskedPage, Page, Pagination } from '#adapters/provider/page-agreement.ts';
import { listingOf } from '#adapters/provider/page-agreement.ts';
import type { Understood } from '#adapters/provider/understand.ts';
import { answer, clientAt, failureOf, noon, startServer } from './client-setup.ts';

const totals: Pagination = { totalItems: 5, totalPages: 3, currentPage: 1, itemsPerPage: 2 };

const page = (
  number: number,
  rows: readonly unknown[],
  change: Partial<Pagination & { askedAt: number }> = {},
): AskedPage => {
  const { askedAt = noon + number, ...pagination } = change;
  const value: Page = {
    askedAt,
    rows,
    pagination: { understood: true, value: { ...totals, currentPage: number, ...pagination } },
  };
  return { number, came: { understood: true, value } };
};

const reading = {
  read: (row: unknown): Understood<string> =>
    typeof row === 'string' ? { understood: true, value: row } : { understood: false, because: 'name: given nothing' },
  keyOf: (name: string) => name.charAt(0),
};

const whole = [page(1, ['a', 'b']), page(2, ['c', 'd']), page(3, ['e'])] as const;

describe('when pages make one whole', () => {
  test('all agree', () => {
    expect(listingOf(noon, whole, reading)).toEqual({
      complete: true,
      askedAt: noon,
      rows: [
        { askedAt: noon + 1, value: 'a' },
        { askedAt: noon + 1, value: 'b' },
        { askedAt: noon + 2, value: 'c' },
        { askedAt: noon + 2, value: 'd' },
        { askedAt: noon + 3, value: 'e' },
      ],
    });
  });

  test.each([
    ['no items on no pages', { totalItems: 0, totalPages: 0 }],
    ['no items on one page', { totalItems: 0, totalPages: 1 }],
    ['no items, no pages, no page size', { totalItems: 0, totalPages: 0, itemsPerPage: 0 }],
  ])('%s', (_, change) => {
    expect(listingOf(noon, [page(1, [], change)], reading)).toMatchObject({ complete: true, rows: [] });
  });

  const [first, second, third] = whole;
  test.each<[string, readonly AskedPage[], readonly RegExp[]]>([
    [
      'a page that did not come',
      [first, { number: 2, came: { understood: false, because: 'it fell' } }, third],
      [/^page 2 did not come: it fell$/],
    ],
    [
      'a page that does not say how many there are',
      [
        first,
        second,
        {
          number: 3,
          came: {
            understood: true,
            value: { askedAt: noon, rows: ['e'], pagination: { understood: false, because: 'it is cut' } },
          },
        },
      ],
      [/^page 3 does not say how many there are: it is cut$/],
    ],
    [
      'another page than was asked for',
      [first, page(2, ['c', 'd'], { currentPage: 1 }), third],
      [/^page 2 calls itself page 1$/],
    ],
    ['a short page', [first, page(2, ['c']), third], [/^page 2 has 1 rows where its totals make 2$/]],
    ['a long page', [first, page(2, ['c', 'd', 'f']), third], [/^page 2 has 3 rows where its totals make 2$/]],
    ['a short last page', [first, second, page(3, [])], [/^page 3 has 0 rows where its totals make 1$/]],
    [
      'totals that changed',
      [first, second, page(3, ['e', 'f'], { totalItems: 6 })],
      [/^page 1 tells of 5 items on 3 pages of 2, page 3 of 6 items/],
    ],
    [
      'another page size',
      [first, second, page(3, ['e'], { itemsPerPage: 3 })],
      [/has 1 rows/, /counts 3 pages/, /page 1 tells/],
    ],
    [
      'pages that are not enough for the items',
      [page(1, ['a', 'b'], { totalPages: 1 })],
      [/^page 1 counts 1 pages for 5 items, 2 to a page$/],
    ],
    ['an item twice', [first, page(2, ['a', 'd']), third], [/^a came twice, on page 1 and page 2$/]],
    [
      'a row that could not be read',
      [first, page(2, ['c', 7]), third],
      [/^page 2, row 2 could not be read: name: given nothing$/],
    ],
  ])('not with %s', (_, pages, because) => {
    const listing = listingOf(noon, pages, reading);
    expect(listing).toMatchObject({ complete: false });
    if (!listing.complete) {
      expect(listing.because).toHaveLength(because.length);
      for (const [index, pattern] of because.entries()) expect(listing.because[index]).toMatch(pattern);
    }
  });

  test('of an item that came twice, what was asked for later counts', () => {
    const twice = (firstAskedAt: number, secondAskedAt: number) => {
      const pages = [
        page(1, ['a-first', 'b'], { askedAt: firstAskedAt }),
        page(2, ['a-second', 'd'], { askedAt: secondAskedAt }),
        third,
      ];
      return listingOf(noon, pages, reading).rows.filter(({ value }) => value.startsWith('a'));
    };
    expect(twice(noon, noon + 9)).toEqual([{ askedAt: noon + 9, value: 'a-second' }]);
    expect(twice(noon + 9, noon)).toEqual([{ askedAt: noon + 9, value: 'a-first' }]);
  });
});

const offer = {
  config_id: 'gpu-h100',
  gpu_model: 'NVIDIA H100',
  gpu_vendor: 'NVIDIA',
  region: 'as-south-1',
  availability: 'Low',
  vram_gib: 80,
  default_cpu_cores: 20,
  default_memory_gib: 125,
  price_per_gpu_per_hour: 1.99,
  min_gpu_count: 1,
  max_gpu_count: 2,
  available_gpu_count: 4,
  total_gpu_count: 6,
};

const pageOf = (rows: readonly unknown[], change: Record<string, unknown> = {}) => ({
  data: rows,
  pagination: { total_items: rows.length, total_pages: 1, current_page: 1, items_per_page: 100, ...change },
});

/** What the client makes of one page of offers. */
const listed = async (body: unknown) => {
  const server = await startServer((_, response) => answer(response, body));
  return clientAt(server.bases, 'pat-nc-good').client.listOffers();
};

describe('rows of offers', () => {
  const counts = { available: 4, total: 6, smallestBlock: 1, largestBlock: 2 };
  test.each<[string, Record<string, unknown>, object | undefined]>([
    ['as it was captured', {}, counts],
    ['unknown keys', { instance_type: 'airuntime', brand_new: { a: 1 } }, counts],
    ['the largest block 0', { max_gpu_count: 0 }, { available: 4, total: 6, smallestBlock: 1 }],
    ['the largest block missing', { max_gpu_count: undefined }, { available: 4, total: 6, smallestBlock: 1 }],
    ['the largest block null', { max_gpu_count: null }, { available: 4, total: 6, smallestBlock: 1 }],
    ['no total', { total_gpu_count: undefined }, { available: 4, smallestBlock: 1, largestBlock: 2 }],
    ['no smallest block', { min_gpu_count: undefined }, counts],
    ['the smallest block 0', { min_gpu_count: 0 }, counts],
    ['nothing free', { available_gpu_count: 0 }, { ...counts, available: 0 }],
    ['no number of free GPUs', { available_gpu_count: undefined }, undefined],
    ['null for it', { available_gpu_count: null }, undefined],
    ['a negative number', { available_gpu_count: -1 }, undefined],
    ['half a GPU', { available_gpu_count: 1.5 }, undefined],
    ['a text', { available_gpu_count: '4' }, undefined],
    ['a largest block that makes no sense', { max_gpu_count: -2 }, undefined],
  ])('%s', async (_, change, expected) => {
    const listing = await listed(pageOf([{ ...offer, ...change }]));
    expect(listing.complete).toBe(true);
    expect(listing.rows.map(({ value }) => value.counts)).toEqual([expected]);
  });

  test.each([
    ['config_id', undefined, 'config_id: expected string, given nothing'],
    ['config_id', '', 'config_id: not usable, given ""'],
    ['region', null, 'region: expected string, given null'],
    ['price_per_gpu_per_hour', '1.99', 'price_per_gpu_per_hour: expected number, given "1.99"'],
    ['price_per_gpu_per_hour', -1, 'price_per_gpu_per_hour: not usable, given -1'],
    ['vram_gib', { gib: 80 }, 'vram_gib: expected number, given an object'],
    ['gpu_model', ['H100'], 'gpu_model: expected string, given a list of 1'],
  ])('a row without a usable %s (%s) is left out, and the listing says so', async (field, value, because) => {
    const listing = await listed(
      pageOf([
        { ...offer, config_id: 'gpu-good' },
        { ...offer, [field]: value },
      ]),
    );
    expect(listing.rows.map((row) => row.value.configId)).toEqual(['gpu-good']);
    expect(listing).toMatchObject({ complete: false, because: [`page 1, row 2 could not be read: ${because}`] });
  });

  test('a row that is no object', async () => {
    const listing = await listed(pageOf([null]));
    expect(listing).toMatchObject({ complete: false, rows: [] });
  });
});

describe('pages on the wire', () => {
  test('a page that is not about pages brings its rows, but no whole', async () => {
    const listing = await listed({ data: [offer] });
    expect(listing.rows).toHaveLength(1);
    expect(listing).toMatchObject({
      complete: false,
      because: [expect.stringMatching(/^page 1 does not say how many/)],
    });
  });

  test('a page without rows is not understood', async () => {
    const failure = await failureOf(listed({ pagination: {} }));
    expect(failure).toMatchObject({ name: 'NotUnderstood', operation: 'listOffers', status: 200 });
    expect(failure.message).toContain('data: expected array, given nothing');
  });

  test('a provider that gives fewer rows to a page than were asked for', async () => {
    const server = await startServer(({ url }, response) => {
      const number = Number(new URL(url, 'http://localhost').searchParams.get('page'));
      const rows = [1, 2, 3].slice(number * 2 - 2, number * 2).map((id) => ({ ...offer, config_id: `gpu-${id}` }));
      answer(response, pageOf(rows, { total_items: 3, total_pages: 2, current_page: number, items_per_page: 2 }));
    });
    const listing = await clientAt(server.bases, 'pat-nc-good').client.listOffers({ region: 'as-south-1' });
    expect(listing).toMatchObject({ complete: true });
    expect(listing.rows).toHaveLength(3);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/v1beta1/inventory?region=as-south-1&page=1&limit=100',
      '/api/v1beta1/inventory?region=as-south-1&page=2&limit=100',
    ]);
  });

  test('an answer that tells of a million pages is not followed for ever', async () => {
    const server = await startServer(({ url }, response) => {
      const number = Number(new URL(url, 'http://localhost').searchParams.get('page'));
      const row = { ...offer, config_id: `gpu-${number}` };
      answer(response, pageOf([row], { total_items: 1e6, total_pages: 1e6, current_page: number, items_per_page: 1 }));
    });
    const listing = await clientAt(server.bases, 'pat-nc-good').client.listOffers();
    expect(server.requests).toHaveLength(200);
    expect(listing).toMatchObject({ complete: false, because: ['there are 1000000 pages, of which 200 were read'] });
  });

  test('a later page that is not understood', async () => {
    const server = await startServer(({ url }, response) => {
      if (url.includes('page=2')) return answer(response, '{"data": [');
      answer(response, pageOf([offer], { total_items: 2, total_pages: 2, items_per_page: 1 }));
    });
    const listing = await clientAt(server.bases, 'pat-nc-good').client.listOffers();
    expect(listing.rows).toHaveLength(1);
    expect(listing).toMatchObject({
      complete: false,
      because: ['page 2 did not come: listOffers: the answer could not be read: the body is not JSON'],
    });
  });

  test('each row carries when its own page was asked for', async () => {
    let now = noon;
    const server = await startServer(({ url }, response) => {
      now += 1_000;
      const number = Number(new URL(url, 'http://localhost').searchParams.get('page'));
      const row = { ...offer, config_id: `gpu-${number}` };
      answer(response, pageOf([row], { total_items: 2, total_pages: 2, current_page: number, items_per_page: 1 }));
    });
    const listing = await clientAt(server.bases, 'pat-nc-good', { clock: () => now }).client.listOffers();
    expect(listing.askedAt).toBe(noon);
    expect(listing.rows.map(({ askedAt }) => askedAt)).toEqual([noon, noon + 1_000]);
  });
});
