import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { second } from '#domain/time.ts';
import type { RuntimeChange } from '#local/emulator/emulator.ts';
import { linkIn } from '#local/link-event.ts';
import type { Passage } from './gate.ts';
import { expectLaws } from './laws.ts';
import { startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
/** Ids of the runtimes by the words of their case. */
const ids = new Map<string, string>();

/** What comes between the verdict and the DELETE: right before the look's detail, or before its metrics. */
type Meanwhile = {
  readonly atDetail?: (id: string) => Passage | undefined | Promise<Passage | undefined>;
  readonly atMetrics?: (id: string) => Passage | undefined;
};

const changes =
  (change: RuntimeChange) =>
  (id: string): undefined => {
    world.control.setRuntime(id, change);
  };
const answers = (status: number, body: unknown) => (): Passage => ({ status, body: JSON.stringify(body) });
const metrics = (profile: RuntimeChange['metrics']): Meanwhile => ({ atMetrics: changes({ metrics: profile }) });

const pressKeep = async (): Promise<undefined> => {
  const mail = (await world.mails()).find(({ to }) => to === 'kim@example.com');
  expect((await world.visit('POST', linkIn(mail?.text ?? '', 'keep'), 'for=4h')).status).toBe(200);
};

/** As a write that came between, and took no note of the mark: only the look itself can see it. */
const exempt = async (id: string): Promise<undefined> => {
  const key = `prj-a/${id}`;
  const { value, version } = (await world.store().readCase(key)) ?? expect.fail('It has no case.');
  const exemption = { until: 'forever', because: 'the demo', at: world.now() } as const;
  expect(await world.store().saveCase({ ...value, exemption }, version)).toBe(true);
};

const cases: Readonly<Record<string, Meanwhile>> = {
  'it is busy': metrics({ kind: 'busy' }),
  'one of its GPUs was busy a moment ago': metrics({ kind: 'constant', gpuPercent: 0, cpuCores: 0, busyFrom: 0 }),
  'only its CPU is busy': metrics({ kind: 'constant', gpuPercent: 0, cpuCores: 3 }),
  'its metrics are not there': metrics({ kind: 'absent' }),
  'a GPU is missing': metrics({ kind: 'idle', shape: { missingGpu: 0 } }),
  'its samples are old': metrics({ kind: 'idle', shape: { stale: 600 } }),
  'the unit of its GPU use is not said': metrics({
    kind: 'constant',
    gpuPercent: 0.5,
    cpuCores: 0,
    shape: { unit: 'none' },
  }),
  'its CPU is not reported any more': metrics({ kind: 'constant', gpuPercent: 0, cpuCores: null }),
  'its use is impossible': metrics({ kind: 'constant', gpuPercent: -1, cpuCores: 0 }),
  'its metrics have another shape': metrics({ kind: 'raw', body: { data: [{ value: 'none' }] } }),
  'its metrics answer 500': { atMetrics: answers(500, { error: 'internal_error' }) },
  'its metrics answer 429': { atMetrics: answers(429, { error: 'too_many' }) },
  'its metrics answer 404': { atMetrics: answers(404, { error: 'not_found' }) },
  'its metrics are cut off': { atMetrics: () => 'drop-answer' },
  'its metrics are no JSON': { atMetrics: () => ({ status: 200, body: '<html>' }) },
  'its status was never seen before': { atDetail: changes({ status: 'Hibernating' }) },
  'it is Provisioning again': { atDetail: changes({ status: 'Provisioning' }) },
  'it runs, in other letters': { atDetail: changes({ status: 'running' }) },
  'its plan is not told': { atDetail: changes({ hide: { detail: ['planId'] } }) },
  'its plan is a reserved one': { atDetail: changes({ planId: 'gpu-h200-reserved-1m' }) },
  'its plan is of a kind never seen': { atDetail: changes({ planId: 'gpu-h200-spot' }) },
  'its name makes it exempt': { atDetail: changes({ name: 'precious-thing' }) },
  'its case says that it is exempt': { atDetail: exempt },
  'its name gives it another owner': { atDetail: changes({ name: 'eve-thing' }) },
  'its owner presses Keep': { atDetail: pressKeep },
  'its detail answers 500': { atDetail: answers(500, { error: 'internal_error' }) },
  'its detail has no status': { atDetail: changes({ hide: { detail: ['status'] } }) },
  'its detail is cut off': { atDetail: () => 'drop-answer' },
  'somebody else deletes it': { atDetail: answers(404, { error: 'not_found' }) },
  'the provider needs 11 s for its detail': {
    atDetail: async (): Promise<Passage> => {
      await world.clock.advance(11 * second);
      return 'pass';
    },
  },
};
const limits = { deletionsPerTick: 50, deletionsPerHour: 200 };
const exemptions = [{ name: 'precious-*', until: 'forever' }];

beforeAll(async () => {
  engines = await startEngines();
  world = await startWorld(engines, { guardrails: { limits, exemptions } });
  // All but one have the same owner, who gets one mail for all of them.
  for (const [index, [words, { atDetail }]] of Object.entries(cases).entries()) {
    ids.set(words, world.idle(`${atDetail === pressKeep ? 'kim' : 'ann'}-box${index}`).id);
  }
  const plain = world.idle('zoe-plain').id;
  ids.set('plain', plain);
  await world.step(0);
  await world.minutes(30);
  const meanwhile = new Map(Object.entries(cases).map(([words, change]) => [ids.get(words), change]));
  const looked = new Map<string, number>();
  world.setGate(async ({ kind, runtimeId = '' }) => {
    const { atDetail, atMetrics } = meanwhile.get(runtimeId) ?? {};
    if (kind === 'detail') return atDetail?.(runtimeId);
    if (kind !== 'metrics') return 'pass';
    looked.set(runtimeId, (looked.get(runtimeId) ?? 0) + 1);
    // The first is this tick's reading.
    return looked.get(runtimeId) === 1 ? 'pass' : atMetrics?.(runtimeId);
  });
  await world.step();
});
afterAll(async () => {
  await world.close();
  await engines.close();
});

const askedToDelete = (words: string) =>
  world.calls.some(({ kind, runtimeId }) => kind === 'delete' && runtimeId === ids.get(words));

describe('between the verdict and the DELETE', () => {
  it('nothing happens to one runtime: it is deleted', () => {
    expect(askedToDelete('plain')).toBe(true);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it.each(Object.keys(cases))('%s: no DELETE', (words) => {
    expect(askedToDelete(words)).toBe(false);
    const looked = world.calls.filter(({ runtimeId }) => runtimeId === ids.get(words));
    // It came to the last look, and was not left out for another reason.
    expect(looked.length).toBeGreaterThan(0);
  });

  it('each of them is closed as spared, kept or gone; one mail tells of a deletion', async () => {
    const spared = new Set(world.events('runtime-spared').map((event) => 'runtimeId' in event && event.runtimeId));
    // After too slow a look the next run looks again.
    const others = ['its owner presses Keep', 'somebody else deletes it', 'the provider needs 11 s for its detail'];
    const unspared = Object.keys(cases).filter((words) => !spared.has(ids.get(words) ?? ''));
    expect(unspared).toEqual(others);
    // It terminates for up to 90 seconds.
    await world.minutes(3);
    const deleted = (await world.subjects()).filter((subject) => subject.includes('zoe-plain was deleted'));
    expect(deleted).toHaveLength(1);
  });
});
