import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectLaws } from './laws.ts';
import { startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const start = async (options: WorldOptions = {}) => {
  world = await startWorld(engines, options);
  const { id } = world.idle('bob-notebook');
  await world.step(0);
  return id;
};
const acts = async () => (await world.store().readLedger(0, world.now() + 1)).map(({ act }) => act);
const caseOf = async (id: string) => (await world.store().readCase(`prj-a/${id}`))?.value;

describe('a listing that is not complete', () => {
  it.each([
    ['shows nobody, and counts one too many', { kind: 'emptyList', operation: 'listRuntimes' }, 1],
    ['cannot be read', { kind: 'status', status: 500, operation: 'listRuntimes' }, 0],
    ['is cut off', { kind: 'cutBody', operation: 'listRuntimes' }, 0],
  ] as const)('%s: nothing is concluded from it', async (_name, fault, whole) => {
    const id = await start();
    await world.minutes(15);
    world.control.addFault(fault);
    await world.step(4);
    world.control.clearFaults();
    // An empty list that agrees with itself is complete: then it is gone, and nothing was said of its idle time.
    expect((await caseOf(id))?.vanishedAt !== undefined).toBe(whole === 1);
    expect(world.deletions()).toBe(0);
    expectLaws(world);
  });

  it('loses its second page for an hour: those on it are not taken for gone, nor for busy or idle', async () => {
    const id = await start();
    // Older ones fill the first page; the listing is sorted by age.
    for (let index = 0; index < 100; index += 1) {
      world.idle(`old-${index}`, { createdMinutesAgo: 9_000, status: 'Stopped' });
    }
    await world.minutes(20);
    expect(await world.subjects('bob@example.com')).toHaveLength(2);
    const named = (await caseOf(id))?.named;
    world.control.addFault({ kind: 'missingPage', operation: 'listRuntimes', page: 2 });
    await world.minutes(60);
    expect(world.events('runtimes-unlisted').length).toBeGreaterThan(10);
    expect(world.deletions()).toBe(0);
    expect(await caseOf(id)).toMatchObject({ named });
    expect((await caseOf(id))?.vanishedAt).toBeUndefined();
    expect(await acts()).not.toContain('closed');
    world.control.clearFaults();
    // The time that its warning named has passed meanwhile, and it was not observed.
    await world.minutes(60);
    expect(world.deletions()).toBe(0);
    await world.minutes(25);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it('of one project is no other project’s', async () => {
    await start({ provider: { projects: ['prj-a', 'prj-b'] } });
    world.idle('cho-notebook', { project: 'prj-b' });
    world.setGate(({ kind, project }) => (kind === 'list' && project === 'prj-a' ? 'drop-connection' : 'pass'));
    // The retries of the failing one take moments.
    await world.minutes(56, 4);
    expect(world.control.runtimes().map(({ name }) => name)).toEqual(['bob-notebook']);
    expect(await world.subjects('bob@example.com')).toEqual([]);
    expect(world.events('part-failed').length).toBeGreaterThan(0);
    expectLaws(world);
  });
});

describe('a runtime that goes without us', () => {
  it('between two runs: its case is closed, and nobody gets a mail', async () => {
    const id = await start();
    await world.minutes(25);
    world.control.removeRuntime(id);
    const mails = (await world.mails()).length;
    await world.minutes(30);
    expect(world.deletions()).toBe(0);
    expect(await world.mails()).toHaveLength(mails);
    expect(await acts()).toContain('closed');
    expect(await acts()).not.toContain('deleted');
    expectLaws(world);
  });

  it('between our look and our DELETE, which then finds nothing: no mail of ours', async () => {
    const id = await start();
    await world.minutes(30);
    world.setGate(({ kind }) => {
      if (kind === 'delete') world.control.removeRuntime(id);
      return 'pass';
    });
    await world.minutes(10);
    expect(await acts()).not.toContain('deleted');
    expect(await acts()).toContain('closed');
    expect((await world.subjects()).filter((subject) => subject.includes('was deleted'))).toEqual([]);
    expectLaws(world);
  });

  it('is there again after a complete listing that did not show it: no deletion on its old warnings', async () => {
    await start();
    await world.minutes(30);
    world.control.addFault({ kind: 'emptyList', operation: 'listRuntimes', times: 1 });
    await world.step();
    await world.minutes(15);
    expect(world.deletions()).toBe(0);
    await world.minutes(40);
    expectLaws(world);
  });
});

describe('an item that cannot be read', () => {
  it('costs nobody else anything: its runtime is left alone, and the run ends in failure', async () => {
    const id = await start();
    world.idle('cho-notebook');
    await world.minutes(25);
    const key = { pk: 'guard', sk: `runtime#prj-a/${id}` };
    const item = marshall({ ...key, version: 9, value: { episode: 'unreadable' } });
    await world.system().dynamodb.send(new PutItemCommand({ TableName: world.tableName, Item: item }));
    const failures: unknown[] = [];
    for (let minutes = 0; minutes < 30; minutes += 5) failures.push(await world.step());
    expect(failures.every((failure) => failure instanceof AggregateError)).toBe(true);
    expect(world.control.runtimes().map(({ name }) => name)).toEqual(['bob-notebook']);
    expect(await world.subjects('cho@example.com')).toContainEqual(expect.stringMatching(/was deleted/));
    expectLaws(world);
  });
});
