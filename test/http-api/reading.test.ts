import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { OfferState } from '#domain/offer-state.ts';
import { hour, minute } from '#domain/time.ts';
import { type Api, startApi } from './bench.ts';

let api: Api;
const offer: OfferState = {
  region: 'as-south-1',
  hardware: {
    configId: 'gpu-h100',
    gpuModel: 'NVIDIA H100',
    gpuVendor: 'NVIDIA',
    vramGib: 80,
    cpuCores: 20,
    memoryGib: 125,
  },
  listed: true,
  availability: 'Low',
  counts: { available: 4, total: 8, smallestBlock: 1, largestBlock: 2 },
  askedAt: Date.parse('2026-11-24T11:59:00Z'),
  prices: [{ usd: 1.99, since: 0, observed: 0 }],
  tracks: { 1: { state: 'open', openedAt: Date.parse('2026-11-24T11:30:00Z') } },
  matchPending: false,
};
const gone: OfferState = {
  ...offer,
  hardware: { ...offer.hardware, configId: 'gpu-a100', gpuModel: 'NVIDIA A100' },
  tracks: { 1: { state: 'closed', since: 0, observedAtClose: 0 } },
};

const entry = (name: string, minutesAgo: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: `prj-1/${name}/${minutesAgo}`,
  at: api.time.now - minutesAgo * minute,
  act: 'deleted',
  who: { kind: 'rule', policy: 'default' },
  because: 'idle for 120 min',
  runtime: { project: 'prj-1', id: `id-${name}`, name },
  money: { pricePerGpuHour: 1.99, gpus: 2, ratePerHour: 3.98, idleMs: 2 * hour, wasted: 7.96 },
  ...more,
});

beforeAll(async () => {
  api = await startApi();
  for (const state of [offer, gone]) await api.availability.saveOffer(state);
  for (const hoursAgo of [1, 5, 9]) {
    const closedAt = api.time.now - hoursAgo * hour;
    await api.availability.saveWindow('as-south-1/gpu-h100', { openedAt: closedAt - hoursAgo * 10 * minute, closedAt });
  }
  for (let count = 0; count < 5; count += 1) await api.guard.appendLedger(entry('ann-train', 60 * count + 1));
  await api.guard.appendLedger(entry('bob-train', 30, { act: 'kept', who: { kind: 'person' } }));
  const { runtime: _, ...ofNone } = entry('none', 20, { act: 'breaker-opened' });
  await api.guard.appendLedger(ofNone);
});
afterAll(() => api.close());

const get = async (path: string, as: 'ann' | 'bob' | 'operator' | 'machine' = 'ann') => {
  const { status, body } = await api.send('GET', path, { as });
  return { status, ...Object(body) };
};

describe('offers', () => {
  it('are as they were last seen', async () => {
    const { data } = await get('/v1/offers?rentable=true&gpu_model=h100');
    expect(data).toEqual([
      {
        region_id: 'as-south-1',
        config_id: 'gpu-h100',
        gpu_model: 'NVIDIA H100',
        gpu_vendor: 'NVIDIA',
        vram_gib: 80,
        cpu_cores: 20,
        memory_gib: 125,
        price_per_gpu_per_hour: 1.99,
        listed: true,
        availability: 'Low',
        available_gpu_count: 4,
        total_gpu_count: 8,
        largest_block: 2,
        rentable: true,
        window_opened_at: '2026-11-24T11:30:00.000Z',
        seen_at: '2026-11-24T11:59:00.000Z',
      },
    ]);
    expect((await get('/v1/offers?rentable=false')).data).toMatchObject([{ config_id: 'gpu-a100' }]);
    expect((await get('/v1/offers?rentable=perhaps')).status).toBe(400);
  });

  it('have a history, page by page, the newest first', async () => {
    const path = '/v1/offers/as-south-1/gpu-h100/windows?limit=2';
    const first = await get(path);
    expect(first.data.map(({ minutes }: { minutes: number }) => minutes)).toEqual([10, 50]);
    expect(first).toMatchObject({
      statistics: { windows: 3, median_minutes: 50 },
      open_since: '2026-11-24T11:30:00.000Z',
    });
    const second = await get(`${path}&cursor=${first.next_cursor}`);
    expect(second.data.map(({ minutes }: { minutes: number }) => minutes)).toEqual([90]);
    expect(second.next_cursor).toBeNull();
  });

  it('refuse a cursor that is none of ours', async () => {
    expect(await get('/v1/offers/as-south-1/gpu-h100/windows?cursor=abc')).toMatchObject({
      status: 422,
      errors: [{ in: 'query', pointer: '/cursor' }],
    });
  });
});

describe('the ledger', () => {
  const names = ({ data }: { data: readonly { runtime: { name: string } | null }[] }) =>
    data.map(({ runtime }) => runtime?.name ?? null);

  it('shows people what was done about their runtimes, and an operator everything', async () => {
    expect(names(await get('/v1/ledger'))).toEqual(Array(5).fill('ann-train'));
    expect(names(await get('/v1/ledger', 'bob'))).toEqual(['bob-train']);
    expect(names(await get('/v1/ledger', 'machine'))).toEqual([]);
    expect(names(await get('/v1/ledger', 'operator'))).toHaveLength(7);
    expect(names(await get('/v1/ledger?act=breaker-opened', 'operator'))).toEqual([null]);
  });

  it('comes in pages that nothing new moves', async () => {
    const first = await get('/v1/ledger?limit=2');
    await api.guard.appendLedger(entry('ann-late', 0));
    const rest = await get(`/v1/ledger?limit=10&cursor=${first.next_cursor}`);
    expect([...names(first), ...names(rest)]).toEqual(Array(5).fill('ann-train'));
    expect(new Set([...first.data, ...rest.data].map(({ id }: { id: string }) => id)).size).toBe(5);
  });

  it('says from what the money was computed', async () => {
    const { data } = await get('/v1/ledger?limit=1&act=deleted&runtime_id=id-ann-train');
    expect(data[0].money).toEqual({
      price_per_gpu_per_hour: 1.99,
      gpu_count: 2,
      usd_per_hour: 3.98,
      idle_hours: 2,
      usd_wasted: 7.96,
    });
  });

  it('is summed by owner, month and project; of several verdicts on one idle time the largest counts', async () => {
    const from = '2026-11-01T00:00:00Z';
    const idleSince = api.time.now - 3 * hour;
    const highest = { gpuPercent: 0 };
    for (const [act, wasted] of [
      ['warned-first', 2],
      ['warned-last', 3],
    ] as const) {
      const evidence = { idleSince, until: idleSince + wasted * hour, observedMs: wasted * hour, highest };
      const money = { pricePerGpuHour: 1, gpus: 1, ratePerHour: 1, idleMs: wasted * hour, wasted };
      await api.guard.appendLedger(entry('cleo-train', 200 - wasted, { act, evidence, money }));
    }
    const byOwner = (await get(`/v1/money?by=owner&from=${from}`, 'operator')).data;
    expect(byOwner).toContainEqual({
      of: 'cleo@example.com',
      usd_wasted: 3,
      idle_times: 1,
      idle_times_without_price: 0,
      deletions: 0,
      usd_per_hour_stopped: 0,
      usd_not_spent_since: 0,
    });
    const [anns] = (await get(`/v1/money?by=month&from=${from}`)).data;
    // Five deletions at 1, 61, … 241 minutes ago, and one just now.
    expect(anns).toMatchObject({ of: '2026-11', deletions: 6, usd_per_hour_stopped: expect.closeTo(6 * 3.98) });
    expect(anns.usd_not_spent_since).toBeCloseTo((3.98 * (1 + 61 + 121 + 181 + 241)) / 60);
    expect((await get('/v1/money')).data).toMatchObject([{ of: 'prj-1' }]);
    expect((await get('/v1/money', 'machine')).data).toEqual([]);
  });

  it('refuses a span that ends before it begins', async () => {
    const path = '/v1/ledger?from=2026-11-24T12:00:00Z&to=2026-11-23T12:00:00Z';
    expect(await get(path)).toMatchObject({ status: 422, errors: [{ pointer: '/from' }] });
  });
});
