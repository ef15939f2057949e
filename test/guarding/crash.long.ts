import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import type { ProxiedCall } from '#local/engines/faults.ts';
import type { Passage } from './gate.ts';
import { expectLaws } from './laws.ts';
import type { ProviderCall } from './provider-call.ts';
import { h200, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const ladder = { firstWarningAfter: '5m', lastWarningAfter: '10m', deleteAfter: '25m', lead: '15m' };
const guardrails = { policies: [{ name: 'brief', ladder }] };
const effectful = ['PutItem', 'UpdateItem', 'DeleteItem', 'SendMessageBatch', 'SendEmail', 'DeleteMessage', 'delete'];

/**
 * The process dies at the n-th effect (from 0) of each time that it is armed, or at the first one of a name: before it
 * happens, or right after it. What only reads changes nothing, so that dying after it is dying after the effect before.
 */
const createCrash = (moment: 'before' | 'after') => {
  let target: number | string = 'none';
  let dead = false;
  let effects: string[] = [];
  const struck: string[] = [];
  const passageAt = (operation: string): Passage => {
    if (dead) return 'drop-connection';
    if (!effectful.includes(operation)) return 'pass';
    effects.push(operation);
    if (target !== operation && target !== effects.length - 1) return 'pass';
    dead = true;
    struck.push(`${effects.at(-2) ?? 'nothing'} > ${operation}`);
    return moment === 'before' ? 'drop-connection' : 'drop-answer';
  };
  // Each call is looked at once, by the first of the two faults; the second strikes those that lose their answer only.
  let passage: Passage = 'pass';
  const isCut = ({ operation }: ProxiedCall) => {
    passage = passageAt(operation);
    return passage === 'drop-connection';
  };
  for (const proxy of Object.values(engines.proxies)) {
    proxy.faults.add({ match: isCut, kind: 'drop-connection' });
    proxy.faults.add({ match: () => passage === 'drop-answer', kind: 'drop-answer' });
  }
  world.setGate(({ kind }: ProviderCall) => passageAt(kind));
  return {
    arm: (at: number | string) => {
      [target, effects] = [at, []];
    },
    revive: () => {
      const wasDead = dead;
      [target, dead] = ['none', false];
      return wasDead;
    },
    effects: () => effects.length,
    struck: () => struck,
  };
};

/** Minutes pass, then the process runs; whatever it throws is Lambda's to count. */
const minutesOf = async (minutes: number): Promise<void> => {
  await world.clock.advance(minutes * minute);
  await world.tick();
  await world.deliver().catch(() => 0);
};

/** From the first idle reading to the mail that tells of the deletion, with a crash in every run. Answers what struck. */
const story = async (moment: 'before' | 'after', at: number | string): Promise<readonly string[]> => {
  world = await startWorld(engines, { guardrails });
  world.idle('bob-notebook');
  world.control.addRuntime({ name: 'ann-busy', project: 'prj-a', configId: h200 });
  const crash = createCrash(moment);
  const isTold = () =>
    world.events('mail-sent').some((event) => 'subject' in event && /was deleted/.test(event.subject));
  for (let run = 0; run < 16 && !isTold(); run += 1) {
    crash.arm(at);
    await minutesOf(2.4);
    if (!crash.revive()) continue;
    world.redeploy();
    // Longer than a dead run's lease and a dead sender's claim last, and soon enough for the idle time to go on.
    await minutesOf(2.4);
  }
  return crash.struck();
};

const expectOnce = async (lost: number, because: string): Promise<void> => {
  expect(world.deletions(), because).toBe(1);
  expect(
    world.control.runtimes().map(({ name }) => name),
    because,
  ).toEqual(['ann-busy']);
  const subjects = await world.subjects('bob@example.com');
  const facts = [/^bob-notebook is idle/, /^Last warning/, /was deleted/];
  for (const fact of facts) expect(subjects, because).toContainEqual(expect.stringMatching(fact));
  expect(subjects.length, `${because}\n${subjects.join('\n')}`).toBeLessThanOrEqual(facts.length + lost);
};

describe('a process that dies in every run', () => {
  it('right after its n-th effect: one deletion, no mail lost, and none twice but those whose yes was lost', {
    timeout: 120_000,
  }, async () => {
    const seen = new Set<string>();
    for (let at = 0; ; at += 1) {
      const struck = await story('after', at);
      for (const effect of struck) seen.add(effect.split(' > ')[1] ?? '');
      const lost = struck.filter((words) => words.endsWith('> SendEmail')).length;
      await expectOnce(lost, `after effect ${at}: ${struck.join('; ')}`);
      if (struck.length === 0) break;
      await world.close();
    }
    expect([...seen].sort()).toEqual(effectful.filter((operation) => operation !== 'DeleteItem').sort());
  });

  it.each(['SendEmail', 'SendMessageBatch', 'DeleteMessage', 'delete'])(
    'right before a %s: one deletion, and every mail once',
    async (operation) => {
      const struck = await story('before', operation);
      expect(struck.length).toBeGreaterThan(0);
      await expectOnce(0, struck.join('; '));
      expectLaws(world);
    },
  );
});
