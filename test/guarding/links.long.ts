import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hour, minute } from '#domain/time.ts';
import { linkIn } from '#local/link-event.ts';
import { expectDiscreet, expectLaws } from './laws.ts';
import { startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const start = async (names: readonly string[] = ['bob-notebook'], guardrails: Record<string, unknown> = {}) => {
  world = await startWorld(engines, { guardrails });
  for (const name of names) world.idle(name);
  await world.step(0);
  await world.minutes(5);
};
const textOf = async (words: RegExp) => (await world.mails()).find(({ subject }) => words.test(subject))?.text ?? '';

describe('a Keep link', () => {
  it('changes nothing by GET or HEAD, at every rung, however often a scanner follows it', async () => {
    await start();
    const link = linkIn(await textOf(/is idle/), 'keep');
    for (let minutes = 0; minutes < 45; minutes += 15) {
      const before = await world.dump();
      const statuses = await Promise.all([
        world.visit('GET', link),
        world.visit('GET', `${link}&for=7d`),
        world.visit('HEAD', `${link}&for=4h`),
      ]);
      expect(new Set(statuses.map(({ status }) => status)).size).toBe(1);
      expect(await world.dump()).toEqual(before);
      await world.minutes(15);
    }
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it('keeps for the time that was chosen, and not a tick longer; pressing again does no more', async () => {
    await start();
    const link = linkIn(await textOf(/is idle/), 'keep');
    expect((await world.visit('POST', link, 'for=4h')).body).toContain('bob-notebook is kept');
    const kept = await world.dump();
    await world.visit('POST', link, 'for=4h');
    expect(await world.dump()).toEqual(kept);
    const from = world.now();
    await world.minutes(220, 20);
    await world.minutes(15);
    expect(await world.subjects('bob@example.com')).toHaveLength(1);
    await world.minutes(90);
    expect(await world.subjects('bob@example.com')).toContainEqual(expect.stringMatching(/^Last warning/));
    const deleted = world.calls.find(({ kind }) => kind === 'delete');
    expect((deleted?.at ?? 0) - from).toBeGreaterThanOrEqual(5 * hour);
    expectLaws(world);
  });

  it('works until the DELETE: pressed a minute before the time that the last mail named', async () => {
    await start();
    await world.minutes(25);
    await world.clock.advance(4 * minute);
    await world.visit('POST', linkIn(await textOf(/^Last warning/), 'keep'), 'for=1d');
    await world.step(1);
    await world.minutes(60);
    expect(world.deletions()).toBe(0);
    expect(world.events('warnings-voided')).toHaveLength(0);
  });

  it.each([
    ['forged', (link: string) => `${link.slice(0, -3)}AAA`, 400],
    ['cut off', (link: string) => link.slice(0, -20), 400],
    ['for another purpose', (link: string) => link.replace('/keep?', '/keep-all?'), 400],
  ])('%s: an answer that helps, and nothing changes', async (_name, spoil, least) => {
    await start();
    const link = spoil(linkIn(await textOf(/is idle/), 'keep'));
    const before = await world.dump();
    const { status, body } = await world.visit('POST', link, 'for=4h');
    expect(status).toBeGreaterThanOrEqual(least);
    expect(body).toContain('What to do');
    expect(await world.dump()).toEqual(before);
  });

  it('of a runtime that was used since, or is gone: nothing changes', async () => {
    await start(['bob-notebook', 'cho-notebook']);
    const links = await Promise.all([textOf(/^bob.*is idle/), textOf(/^cho.*is idle/)]);
    const [bob, cho] = links.map((text) => linkIn(text, 'keep'));
    const [, second] = world.control.runtimes();
    world.control.setRuntime(second?.id ?? '', { metrics: { kind: 'busy' } });
    await world.minutes(40);
    const before = await world.dump();
    expect((await world.visit('POST', bob ?? '', 'for=4h')).status).toBe(410);
    expect((await world.visit('POST', cho ?? '', 'for=4h')).body).toContain('In use again');
    expect(await world.dump()).toEqual(before);
  });

  it('may not keep for longer than the policy allows', async () => {
    await start(['bob-notebook'], { keepAtMost: '1d' });
    const link = linkIn(await textOf(/is idle/), 'keep');
    const before = await world.dump();
    expect((await world.visit('POST', link, 'for=7d')).status).toBe(400);
    expect(await world.dump()).toEqual(before);
    expectDiscreet(world);
  });
});

describe('Keep all', () => {
  it('keeps every runtime of the mail, and no other', async () => {
    await start(['bob-a', 'bob-b', 'cho-c']);
    const mail = await textOf(/^2 idle runtimes/);
    const link = linkIn(mail, 'keep-all');
    const before = await world.dump();
    expect((await world.visit('GET', link)).body).toContain('Keep these 2 runtimes?');
    expect(await world.dump()).toEqual(before);
    expect((await world.visit('POST', link, 'for=1d')).body).toContain('2 runtimes are kept');
    await world.minutes(45);
    expect(world.control.runtimes().map(({ name }) => name)).toEqual(expect.arrayContaining(['bob-a', 'bob-b']));
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });
});
