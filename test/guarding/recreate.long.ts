import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { day, minute } from '#domain/time.ts';
import { linkIn } from '#local/link-event.ts';
import { expectDiscreet } from './laws.ts';
import { h200, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
let link: string;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

/** Up to the mail that tells of the deletion. */
beforeEach(async () => {
  world = await startWorld(engines);
  world.idle('bob-notebook');
  await world.step(0);
  await world.minutes(40);
  const mail = (await world.mails()).find(({ subject }) => subject.includes('was deleted'));
  link = linkIn(mail?.text ?? '', 'recreate');
});

const made = () => world.control.runtimes().map(({ name }) => name);
const creations = () => world.calls.filter(({ kind }) => kind === 'create').length;
const press = () => world.visit('POST', link, 'create=again');
const ours = [expect.stringMatching(/^bob-notebook-\w{6}$/)];
const acts = async () => (await world.store().readLedger(0, world.now() + 1)).map(({ act }) => act);

describe('making a deleted runtime again', () => {
  it('asks first, with the price and what it would be, and changes nothing by GET', async () => {
    const before = await world.dump();
    const { status, body } = await world.visit('GET', link);
    await world.visit('HEAD', link);
    expect(status).toBe(200);
    for (const words of ['Create bob-notebook again?', h200, '$2.39', 'A new volume is not the old one']) {
      expect(body).toContain(words);
    }
    expect(await world.dump()).toEqual(before);
    expect(made()).toEqual([]);
  });

  it('works once, however often it is pressed', async () => {
    const pages = await Promise.all([press(), press(), press()]);
    expect(pages.some(({ body }) => /bob-notebook-\w{6} is made/.test(body))).toBe(true);
    await press();
    await world.clock.advance(10 * minute);
    expect((await press()).body).toMatch(/bob-notebook-\w{6} is made/);
    expect(made()).toEqual(ours);
    expect(creations()).toBe(1);
    expect((await acts()).filter((act) => act === 'recreated')).toHaveLength(1);
    expectDiscreet(world);
  });

  it('after an answer that never came looks for it by its name, and makes no second one', async () => {
    world.setGate(({ kind }) => (kind === 'create' ? 'drop-answer' : 'pass'));
    expect((await press()).status).toBe(202);
    expect((await world.visit('GET', link)).status).toBe(202);
    expect((await press()).body).toMatch(/is made/);
    expect([made(), creations()]).toEqual([ours, 1]);
  });

  it('an error after it was made: the same', async () => {
    world.control.addFault({ kind: 'status', operation: 'createRuntime', status: 500, moment: 'after', times: 1 });
    expect((await press()).status).toBe(202);
    await world.clock.advance(10 * minute);
    expect((await press()).body).toMatch(/is made/);
    expect([made(), creations()]).toEqual([ours, 1]);
  });

  it('a request that never arrived is sent again only after a complete listing, minutes later, that does not show it', async () => {
    world.setGate(({ kind }) => (kind === 'create' ? 'drop-connection' : 'pass'));
    expect((await press()).status).toBe(202);
    world.setGate(() => 'pass');
    expect((await press()).status).toBe(202);
    await world.clock.advance(6 * minute);
    world.control.addFault({ kind: 'shiftingPage', operation: 'listRuntimes', how: 'total' });
    world.control.addFault({ kind: 'status', operation: 'listRuntimes', status: 500 });
    expect((await press()).status).toBeGreaterThanOrEqual(202);
    expect(creations()).toBe(0);
    world.control.clearFaults();
    expect((await press()).body).toMatch(/is made/);
    expect([made(), creations()]).toEqual([ours, 1]);
  });

  it.each([0, 1, 2])('a process that dies after its write %i: one runtime', async (skip) => {
    let dead = false;
    let writes = 0;
    const match = ({ operation }: { operation: string }) => {
      if (operation === 'PutItem' && !dead) dead = writes++ === skip;
      return dead;
    };
    world.proxies.table.faults.add({ match, kind: skip === 0 ? 'drop-answer' : 'drop-connection' });
    world.setGate(() => (dead ? 'drop-connection' : 'pass'));
    await press();
    world.proxies.table.faults.clear();
    world.setGate(() => 'pass');
    world.redeploy();
    await press();
    await world.clock.advance(6 * minute);
    await press();
    await press();
    expect([made(), creations()]).toEqual([ours, 1]);
  });

  it('refused for want of GPUs: the page says so, and the next press may work', async () => {
    world.control.setOffer({ configId: h200, available: 0 });
    expect((await press()).body).toContain('The provider refused the last try');
    expect(made()).toEqual([]);
    world.control.setOffer({ configId: h200, available: 4 });
    expect((await press()).body).toMatch(/is made/);
    expect(made()).toEqual(ours);
  });

  it('is over after 7 days', async () => {
    await world.clock.advance(7 * day);
    const before = await world.dump();
    expect((await world.visit('GET', link)).status).toBe(410);
    expect((await press()).status).toBe(410);
    expect(await world.dump()).toEqual(before);
    expect(creations()).toBe(0);
  });
});
