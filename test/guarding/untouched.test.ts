import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hour } from '#domain/time.ts';
import type { RuntimeWish } from '#local/emulator/emulator.ts';
import type { Passage } from './gate.ts';
import { expectLaws } from './laws.ts';
import { operator, startEngines, startWorld, type TestEngines, type World, worldStart } from './world.ts';

let engines: TestEngines;
let world: World;

const constant = (level: Record<string, unknown>, shape: Record<string, unknown> = {}): RuntimeWish => ({
  metrics: { kind: 'constant', gpuPercent: 0, cpuCores: 0, ...level, shape },
});

/** What every look at these runtimes shows, for two hours. */
const cases: Readonly<Record<string, RuntimeWish>> = {
  'busy GPU': constant({ gpuPercent: 40 }),
  'a GPU at the threshold': constant({ gpuPercent: 5 }),
  'one of two GPUs busy': { ...constant({ gpuPercent: [0, 90] }), gpuCount: 2 },
  'busy CPU': constant({ cpuCores: 1 }),
  'no samples': { metrics: { kind: 'absent' } },
  'one of two GPUs missing': { ...constant({}, { missingGpu: 1 }), gpuCount: 2 },
  'old samples': constant({}, { stale: 600 }),
  'a number that may be a fraction': constant({ gpuPercent: 0.9 }, { unit: 'none' }),
  'zero without a unit': constant({}, { unit: 'none' }),
  'an impossible number': constant({ gpuPercent: 140 }),
  'a body of another shape': { metrics: { kind: 'raw', body: { ok: true } } },
  'a number in words': { metrics: { kind: 'raw', body: { samples: [{ gpus: [{ utilizationPercent: 'zero' }] }] } } },
  'a status never seen before': { status: 'Hibernating' },
  'no status': { hide: { list: ['status'] } },
  'a reserved plan': { planId: 'gpu-h200-reserved-1m' },
  'a plan for months': { planId: 'gpu-h200-3-months' },
  'no plan anywhere': { hide: { list: ['planId'], detail: ['planId'] } },
  'no count of GPUs anywhere': { hide: { list: ['gpuCount'], detail: ['gpuCount'] } },
  'an exempt name': { name: 'precious-box' },
  'a policy that is off': { name: 'free-box' },
  'a detail that cannot be read': { hide: { detail: ['status'] } },
};
const broken: Readonly<Record<string, Passage>> = {
  'metrics that answer 500': { status: 500, body: '{"error":"internal_error"}' },
  'metrics that answer 429': { status: 429, body: '{"error":"too_many_requests"}' },
  'metrics that answer 404': { status: 404, body: '{"error":"not_found"}' },
  'metrics that are no JSON': { status: 200, body: '<html>' },
  'metrics that are cut off': 'drop-answer',
};
const ids = new Map<string, string>();
const told = (id: string) =>
  world.told.flatMap(({ event }) => ('runtimeId' in event && event.runtimeId === id ? [event.event] : []));

beforeAll(async () => {
  engines = await startEngines();
  world = await startWorld(engines, {
    guardrails: {
      exemptions: [{ name: 'precious-*', until: 'forever', because: 'the demo' }],
      policies: [
        { name: 'free', match: { name: 'free-*' }, mode: 'off' },
        { name: 'short', ladder: { firstWarningAfter: '5m', lastWarningAfter: '20m', deleteAfter: '35m' } },
      ],
    },
  });
  const passages = new Map<string, Passage>();
  world.setGate(({ kind, runtimeId = '' }) => (kind === 'metrics' ? passages.get(runtimeId) : 'pass'));
  for (const [index, [words, wish]] of Object.entries(cases).entries()) {
    ids.set(words, world.idle(`ann-box${index}`, wish).id);
  }
  for (const [words, passage] of Object.entries(broken)) {
    const { id } = world.idle(`cho-${words.replaceAll(/\W/g, '-')}`);
    ids.set(words, id);
    passages.set(id, passage);
  }
  ids.set('plain', world.idle('zoe-plain').id);
  ids.set('young', world.idle('zoe-young', { createdMinutesAgo: 0 }).id);
  // Retries take moments, so that steps are a little shorter than a stretch may be.
  await world.minutes(48, 4);
});
afterAll(async () => {
  await world.close();
  await engines.close();
});

describe('what is never idle, whatever its time', () => {
  it('is left alone, while a plain idle runtime is warned twice and deleted', () => {
    expect(told(ids.get('plain') ?? '')).toEqual([
      'runtime-warned',
      'runtime-warned',
      'runtime-deleting',
      'runtime-deleted',
    ]);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it.each([...Object.keys(cases), ...Object.keys(broken)])('%s: no warning, no DELETE', (words) => {
    const id = ids.get(words) ?? '';
    expect(told(id)).not.toContain('runtime-warned');
    expect(world.calls.filter(({ kind, runtimeId }) => kind === 'delete' && runtimeId === id)).toEqual([]);
    expect(world.control.runtimes().map((runtime) => runtime.id)).toContain(id);
  });

  it('a runtime younger than 30 minutes: its idle time begins when it is grown up', () => {
    const young = ids.get('young') ?? '';
    const [first] = world.told.filter(({ event }) => event.event === 'runtime-warned' && event.runtimeId === young);
    expect((first?.at ?? 0) - worldStart).toBeGreaterThan(0.5 * hour);
  });

  it('reserved plans are reported to the operator, and never warned about', async () => {
    const reported = world.events('runtime-reported').map((event) => 'runtimeId' in event && event.runtimeId);
    expect(reported).toContain(ids.get('a reserved plan'));
    expect(reported).toContain(ids.get('zero without a unit'));
    expect((await world.mails()).filter(({ to }) => to !== operator && to !== 'zoe@example.com')).toEqual([]);
  });
});
