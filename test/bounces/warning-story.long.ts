import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mailboxFull, permanent, sesEvent } from '#local/ses-events.ts';
import type { Passage } from '../guarding/gate.ts';
import { expectLaws } from '../guarding/laws.ts';
import { operator, startEngines, type TestEngines } from '../guarding/world.ts';
import { bob, fine, lastWarning, type Story, startStory, team } from './story.ts';

let engines: TestEngines;
let story: Story;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => story.world.close());

it('the operator is told once of an owner whose address takes no mail, without it in the subject', async () => {
  story = await startStory(engines, team);
  const { world, returns, until } = story;
  await until(bob, lastWarning);
  await returns.comesBack(bob, permanent);
  await until(operator, /^An address gets no mail any more/);
  await world.minutes(90);
  const told = (await world.mails()).filter(({ to, subject }) => to === operator && /^An address/.test(subject));
  expect(told).toHaveLength(1);
  expect(told[0]?.subject).not.toContain('bob');
  expect(told[0]?.text).toContain(bob);
  expect(told[0]?.text).toContain('a mail to it bounced for good (Permanent, General, 5.1.1)');
  expect(told[0]?.text).toContain('npm run unsuppress');
  expectLaws(world);
});

describe('the event about a last warning', () => {
  it('comes while the deletion is at its last look: nothing is deleted', async () => {
    story = await startStory(engines, team);
    const { world, returns, until } = story;
    await until(bob, lastWarning);
    let looked = false;
    world.setGate(async ({ kind }): Promise<Passage> => {
      if (kind === 'detail' && !looked) {
        looked = true;
        expect(await returns.comesBack(bob, mailboxFull)).toEqual(fine);
      }
      return 'pass';
    });
    await world.minutes(30, 1);
    expect(looked).toBe(true);
    expect(world.deletions()).toBe(0);
    await until(team, lastWarning);
    expectLaws(world);
  });

  it('comes before its acceptance is written down: it counts no more than if it came after', async () => {
    story = await startStory(engines, team);
    const { world, returns, until } = story;
    let came: Promise<readonly unknown[]> | undefined;
    world.proxies.mail.faults.add({
      kind: 'delay',
      delayMs: 500,
      match: ({ body }) => {
        if (came !== undefined || !body.includes('Last warning')) return false;
        came = returns.comesBack(bob, mailboxFull);
        return true;
      },
    });
    await until(bob, lastWarning);
    expect(await came).toEqual(fine);
    const order = world.told.map(({ event }) => ('step' in event ? `${event.event} ${event.step}` : event.event));
    expect(order.indexOf('mail-returned')).toBeLessThan(order.indexOf('runtime-warned last'));
    await world.minutes(30, 1);
    expect(world.deletions()).toBe(0);
    expect((await world.subjects(team)).filter((subject) => lastWarning.test(subject))).toHaveLength(1);
    expectLaws(world);
  });

  it('comes when the runtime is gone: nothing changes', async () => {
    story = await startStory(engines, team);
    const { world, returns, until } = story;
    await until(bob, /was deleted/);
    const warning = returns.sent.findLast(({ identity }) => identity.about === 'warning');
    const before = (await world.dump()).filter((item) => item.includes('runtime#'));
    expect(await returns.note(sesEvent(warning ?? returns.latestTo(bob), mailboxFull))).toBeUndefined();
    expect((await world.dump()).filter((item) => item.includes('runtime#'))).toEqual(before);
  });
});
