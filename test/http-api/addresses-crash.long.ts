import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { linkEvent, linkIn } from '#local/link-event.ts';
import { type Crash, crashAt } from '../availability/crash.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from '../availability/world.ts';
import { type Answered, type ServedApi, serveWorld } from './bench.ts';

let engines: TestEngines;
let world: World;
let api: ServedApi;
beforeAll(async () => {
  engines = await startEngines();
  api = await serveWorld(() => world);
});
afterAll(async () => {
  await api.close();
  await engines.close();
});
afterEach(() => world.close());

const email = 'team@example.com';

/** Minutes pass, then the process runs; whatever it throws is Lambda's to count. */
const minuteOf = async (minutes = 1): Promise<void> => {
  await world.clock.advance(minutes * minute);
  await world.tick();
  await world.deliver().catch(() => 0);
};

/** After a crash a new process goes on, with the minutes that pass in the meantime: a dead sender's claim is over then. */
const goOn = async (crash: Crash): Promise<void> => {
  if (crash.struck() === undefined) return;
  crash.revive();
  world.redeploy();
  await minuteOf();
  await minuteOf(2);
};

/** What somebody does who is answered that it failed: the same again. */
const untilAnswered = async (crash: Crash, send: () => Promise<number | undefined>): Promise<void> => {
  if ((await send()) !== 500) return;
  await goOn(crash);
  expect(await send()).toBeLessThan(300);
};

const ask = async () => (await api.send('POST', '/v1/addresses', { as: 'ann', body: { email } })).status;
const make = (): Promise<Answered> =>
  api.send('POST', '/v1/watches', {
    as: 'ann',
    body: { region_id: region, config_id: h100, email },
    headers: { 'idempotency-key': 'k1' },
  });
const press = async (): Promise<number | undefined> => {
  const link = linkIn((await world.mails()).at(-1)?.text ?? '', 'confirm');
  return (await world.system().links(linkEvent('POST', link), lambdaContext({ functionName: 'links' }))).statusCode;
};

const story = async (crash: Crash): Promise<void> => {
  await untilAnswered(crash, ask);
  await minuteOf();
  await goOn(crash);
  await untilAnswered(crash, press);
  await untilAnswered(crash, async () => (await make()).status);
  world.show(4);
  await minuteOf();
  await goOn(crash);
};

describe.each(['before', 'after'] as const)('a process that dies %s its n-th effect', (moment) => {
  it('asks an address, takes its yes, makes the watch and sends the alert, each once', {
    timeout: 120_000,
  }, async () => {
    const effects: string[] = [];
    for (let at = 0; ; at += 1) {
      world = await startWorld(engines, {});
      await minuteOf();
      const crash = crashAt(engines, at, moment);
      await story(crash);
      const operation = crash.struck();
      const subjects = await world.subjects();
      const because = `crash ${moment} effect ${at} (${operation}), the ones before: ${effects.join(', ')}`;
      // A yes is lost if the process dies while it is on its way, or before it is written down.
      const yesLost = moment === 'after' ? operation === 'SendEmail' : effects.at(-1) === 'SendEmail';
      expect(new Set(subjects).size, because).toBe(2);
      expect(subjects.length, because).toBe(yesLost ? 3 : 2);
      expect(Object((await api.send('GET', `/v1/watches?email=${email}`, { as: 'ann' })).body).data).toHaveLength(1);
      if (operation === undefined) break;
      effects.push(operation);
      await world.close();
    }
    expect(effects.filter((operation) => operation === 'SendEmail')).toHaveLength(2);
    expect(effects.length).toBeGreaterThan(20);
  });
});
