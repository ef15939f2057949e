import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import { type ServedApi, serveWorld } from '../http-api/bench.ts';
import { type Crash, crashAt } from './crash.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
let api: ServedApi;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

const begin = async (): Promise<void> => {
  world = await startWorld(engines, { creating: { allowed: 'everybody', whenAvailable: true, maxUsdPerHour: 20 } });
  api = await serveWorld(() => world);
  await world.step();
};
const end = async (): Promise<void> => {
  await api.close();
  await world.close();
};
afterEach(end);

const project = () => world.emulator.projects[0] ?? '';
const posts = () => world.control.calls().createRuntime;
const made = () => world.control.runtimes().filter(({ name }) => name.startsWith('ann-train'));
const order = { name: 'ann-train', template_id: 'tpl-jupyterlab-pytorch' };

/** Minutes pass, then the process runs; whatever it throws is Lambda's to count. */
const minuteOf = async (minutes = 1): Promise<void> => {
  await world.clock.advance(minutes * minute);
  await world.tick();
  await world.deliver().catch(() => 0);
};

/** After a crash a new process goes on. */
const revive = (crash: Crash): void => {
  if (crash.struck() === undefined) return;
  crash.revive();
  world.redeploy();
};

/** The process dies at the call that makes a runtime, before or after it is made. */
const diesAtProvider = (moment: 'before' | 'after'): Crash => {
  world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment, times: 1 });
  return crashAt(engines, Number.POSITIVE_INFINITY, moment, () => (posts() > 0 ? 'createRuntime' : undefined));
};

const crashes = async (run: (crash: () => Crash, what: string) => Promise<string | undefined>) => {
  const effects: string[] = [];
  for (const moment of ['before', 'after'] as const) {
    await run(() => diesAtProvider(moment), `at the provider, ${moment}`);
    for (let at = 0; ; at += 1) {
      const struck = await run(() => crashAt(engines, at, moment), `${moment} effect ${at}`);
      if (struck === undefined) break;
      effects.push(struck);
    }
  }
  return effects;
};

describe('a process that dies at any effect', () => {
  it('creates one runtime for a watch, loses no watch, and tells its owner', { timeout: 300_000 }, async () => {
    const effects = await crashes(async (crashed, what) => {
      await begin();
      const wish = { region_id: region, config_id: h100, max_price_per_gpu_per_hour: 2 };
      const body = { ...wish, create: { ...order, project_id: project() } };
      const ask = () => api.send('POST', '/v1/watches', { as: 'ann', body, headers: { 'idempotency-key': 'k' } });
      const crash = crashed();
      await ask();
      revive(crash);
      // Whoever got no answer asks again.
      expect([200, 201], what).toContain((await ask()).status);
      await minuteOf();
      revive(crash);
      world.show(4);
      // Longer than an unclear answer takes to be clear, and a dead sender's claim lasts.
      for (let minutes = 0; minutes < 16; minutes += 1) {
        await minuteOf();
        revive(crash);
      }
      const struck = crash.struck();
      const because = `${what}: ${struck}`;
      expect(made(), because).toHaveLength(1);
      const { data } = Object((await api.send('GET', '/v1/watches', { as: 'ann' })).body);
      expect(data, because).toMatchObject([{ status: 'told', creation: { runtime_id: made()[0]?.id } }]);
      const told = (await world.subjects()).filter((subject) => subject.includes('was created')).length;
      expect(told, because).toBeGreaterThanOrEqual(1);
      if (struck !== 'SendEmail' && struck !== 'PutItem') expect(told, because).toBe(1);
      await end();
      return struck;
    });
    expect(effects.length).toBeGreaterThan(40);
    await begin();
  });

  it('creates one runtime for a request that is sent until it is answered', { timeout: 300_000 }, async () => {
    const effects = await crashes(async (crashed, what) => {
      await begin();
      world.show(4);
      await world.step();
      const body = { ...order, region_id: region, gpu_config_id: h100, max_usd_per_hour: 5 };
      const path = `/v1/projects/${project()}/runtimes`;
      const ask = () => api.send('POST', path, { as: 'ann', body, headers: { 'idempotency-key': 'k' } });
      const crash = crashed();
      let status = (await ask()).status;
      revive(crash);
      for (let tries = 0; tries < 15 && status !== 200 && status !== 201; tries += 1) {
        await world.clock.advance(minute);
        status = (await ask()).status;
        revive(crash);
      }
      expect([200, 201], what).toContain(status);
      expect(made(), `${what}: ${crash.struck()}`).toHaveLength(1);
      const struck = crash.struck();
      await end();
      return struck;
    });
    // What it costs, the request, the intent, the ledger, the owner, the end of it.
    expect(effects.length).toBeGreaterThanOrEqual(10);
    await begin();
  });
});
