import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import { expectLaws } from './laws.ts';
import { operator, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const start = async (guardrails: Record<string, unknown> = {}) => {
  world = await startWorld(engines, { guardrails });
  world.idle('bob-notebook');
  await world.step(0);
};
const deletedAt = () => world.calls.find(({ kind }) => kind === 'delete')?.at ?? 0;
const warnedAt = () => world.told.findLast(({ event }) => event.event === 'runtime-warned')?.at ?? 0;

describe('a warning that nobody accepted', () => {
  it('is none: without a sender at work nothing is deleted', async () => {
    await start();
    for (let minutes = 0; minutes < 120; minutes += 5) {
      await world.clock.advance(5 * minute);
      await world.tick();
    }
    expect(world.deletions()).toBe(0);
    await world.deliver();
    expect(await world.subjects()).toEqual([expect.stringMatching(/^Last warning: bob-notebook .* at 11:15 UTC/)]);
    await world.minutes(15);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it('is none: what the mail service cannot take for a while is sent later, with a later time', async () => {
    await start();
    const outage = world.proxies.mail.faults.add({ match: 'SendEmail', kind: 'throttle' });
    await world.minutes(45);
    expect(world.deletions()).toBe(0);
    outage.remove();
    await world.minutes(50);
    expect(world.deletions()).toBe(1);
    expect(deletedAt() - warnedAt()).toBeGreaterThanOrEqual(15 * minute);
    expectLaws(world);
  });

  it('goes to the fallback when the owner’s address is refused, and the lead begins with its yes', async () => {
    await start({ fallback: 'team@example.com' });
    world.refuseMails(['bob@example.com']);
    await world.minutes(60);
    expect(await world.subjects('bob@example.com')).toEqual([]);
    const subjects = await world.subjects('team@example.com');
    expect(subjects).toEqual(expect.arrayContaining([expect.stringMatching(/^Last warning: bob-notebook/)]));
    expect(world.deletions()).toBe(1);
    expect(deletedAt() - warnedAt()).toBeGreaterThanOrEqual(15 * minute);
    // The mail that tells of the deletion finds its way, too.
    expect(subjects).toEqual(expect.arrayContaining([expect.stringMatching(/was deleted/)]));
    expectLaws(world);
  });

  it('goes to the operator when the fallback is refused, too', async () => {
    await start({ fallback: 'team@example.com' });
    world.refuseMails(['bob@example.com', 'team@example.com']);
    await world.minutes(70);
    expect(await world.subjects(operator)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Last warning/), expect.stringMatching(/was deleted/)]),
    );
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it('reaches nobody: nothing is deleted, and the operator is told once mails are taken again', async () => {
    await start();
    world.refuseMails(['@example.com']);
    await world.minutes(60);
    expect(world.deletions()).toBe(0);
    world.refuseMails([]);
    // An address that was refused is tried again after six hours.
    await world.minutes(6 * 60);
    expect(await world.subjects(operator)).toContainEqual(expect.stringMatching(/Nobody could be told.*bob-notebook/));
    expectLaws(world);
  });
});

describe('a warning that counts no more', () => {
  const other = { name: 'short', ladder: { firstWarningAfter: '5m', lastWarningAfter: '20m', deleteAfter: '36m' } };

  it.each([
    ['another ladder', { policies: [other] }],
    ['another owner', { owners: [{ name: 'bob-*', to: 'eva@example.com' }] }],
    [
      'other thresholds',
      { policies: [{ name: 'short', idle: { gpuBelowPercent: 4 }, ladder: { ...other.ladder, deleteAfter: '35m' } }] },
    ],
  ])('%s is deployed right before the time that it named: warned afresh, an hour ahead', async (_name, changed) => {
    await start();
    await world.minutes(30);
    world.redeploy({ guardrails: changed });
    await world.step();
    expect(world.deletions()).toBe(0);
    expect((await world.mails()).at(-1)?.text).toMatch(/Why again.*its rules, its owner or its name have changed/);
    await world.minutes(55);
    expect(world.deletions()).toBe(0);
    await world.minutes(5);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it('an exemption ends it, and after its end nothing is deleted without a fresh warning', async () => {
    await start();
    await world.minutes(30);
    const until = new Date(world.now() + 60 * minute).toISOString();
    world.redeploy({ guardrails: { exemptions: [{ name: 'bob-*', until }] } });
    await world.minutes(55);
    expect(world.deletions()).toBe(0);
    await world.minutes(60);
    expect(world.deletions()).toBe(0);
    await world.minutes(15);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });
});
