import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import { complaint, type Misfortune, mailboxFull, permanent, rejection } from '#local/ses-events.ts';
import { expectDiscreet, expectLaws } from '../guarding/laws.ts';
import { operator, startEngines, type TestEngines } from '../guarding/world.ts';
import { bob, fine, lastWarning, type Story, startStory, team } from './story.ts';

let engines: TestEngines;
let story: Story;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => story.world.close());

describe.each<[string, Misfortune]>([
  ['bounces for good', permanent],
  ['bounces for now', mailboxFull],
  ['is complained about', complaint],
  ['is rejected', rejection],
])('the owner’s last warning %s', (_, misfortune) => {
  it('the fallback is warned, in time of their own, and nothing is deleted meanwhile', async () => {
    story = await startStory(engines, team);
    const { world, returns, until } = story;
    await until(bob, lastWarning);
    expect(await returns.comesBack(bob, misfortune)).toEqual(fine);
    await until(team, lastWarning);
    const warnedAt = world.now();
    expect(world.deletions()).toBe(0);
    await world.minutes(60, 1);
    expect(world.deletions()).toBe(1);
    expect(world.calls.find(({ kind }) => kind === 'delete')?.at).toBeGreaterThanOrEqual(warnedAt + 60 * minute);
    // The owner is never written to again about it: neither warned, nor where mails bounce for good told of its end.
    const warnings = (await world.subjects(bob)).filter((subject) => lastWarning.test(subject));
    expect(warnings).toHaveLength(1);
    expectLaws(world);
    expectDiscreet(world);
  });
});

it('the first warning bounces: the fallback is warned at once, and of the end, too', async () => {
  story = await startStory(engines, team);
  const { world, returns, until } = story;
  await until(bob, /^bob-notebook is idle/);
  expect(await returns.comesBack(bob, permanent)).toEqual(fine);
  await until(team, /^bob-notebook is idle/);
  await until(team, lastWarning);
  expect(await world.subjects(bob)).toHaveLength(1);
  await until(team, /was deleted/);
  expect(await world.subjects(bob)).toHaveLength(1);
  expect(world.deletions()).toBe(1);
  expectLaws(world);
});

describe('nobody can be reached', () => {
  it.each<[string, Misfortune]>([
    ['all bounce for good', permanent],
    ['all bounce for now', mailboxFull],
  ])('%s, the operator too: nothing is deleted, however long it goes on', async (_, misfortune) => {
    story = await startStory(engines, team);
    const { world, returns, until } = story;
    for (const address of [bob, team, operator]) {
      await until(address, lastWarning);
      expect(await returns.comesBack(address, misfortune)).toEqual(fine);
    }
    const sentBefore = returns.sent.length;
    await world.minutes(120);
    expect(world.deletions()).toBe(0);
    expect(world.control.runtimes()).toHaveLength(1);
    // No warning is sent again and again meanwhile.
    const warnings = returns.sent.slice(sentBefore).filter(({ identity }) => identity.about === 'warning');
    expect(warnings).toEqual([]);
    if (misfortune === permanent) expect(world.events('operator-suppressed')).toHaveLength(2);
    else expect(await world.subjects(operator)).toContainEqual(expect.stringMatching(/^Nobody could be told/));
    expectLaws(world);
    expectDiscreet(world);
  });

  it('six hours later it is tried again, from the owner on', async () => {
    story = await startStory(engines);
    const { world, returns, until } = story;
    for (const address of [bob, operator]) {
      await until(address, lastWarning);
      await returns.comesBack(address, mailboxFull);
    }
    await world.minutes(350);
    expect((await world.subjects(bob)).filter((subject) => lastWarning.test(subject))).toHaveLength(1);
    await until(bob, lastWarning, 2);
    expect(world.deletions()).toBe(0);
    await world.minutes(65);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  }, 30_000);
});
