import { startWorld, type TestEngines } from '../guarding/world.ts';
import { withReturns } from './world.ts';

export const bob = 'bob@example.com';
export const team = 'team@example.com';
export const lastWarning = /^Last warning/;

/** What two runs answer that did what they were to do. */
export const fine = [undefined, undefined];

const ladder = { firstWarningAfter: '5m', lastWarningAfter: '20m', deleteAfter: '35m', lead: '15m' };

/** Bob's idle runtime, seen once, and a fallback for all owners where there is one. */
export const startStory = async (engines: TestEngines, fallback?: string) => {
  const policy = { name: 'short', ladder, ...(fallback === undefined ? {} : { fallback }) };
  const world = await startWorld(engines, { guardrails: { policies: [policy] } });
  const { told, now } = world;
  const returns = withReturns({ ...world, report: (event) => told.push({ at: now(), event }) });
  world.idle('bob-notebook');
  await world.step(0);
  return {
    world,
    returns,
    /** Minutes pass until somebody has got so many mails with such a subject. */
    until: async (to: string, subject: RegExp, count = 1): Promise<void> => {
      const matching = async () => (await world.subjects(to)).filter((one) => subject.test(one)).length;
      for (let minutes = 0; (await matching()) < count; minutes += 1) {
        if (minutes === 90) throw new Error(`${to} got no ${subject}, but: ${(await world.subjects(to)).join(' | ')}`);
        await world.step(1);
      }
    },
  };
};

export type Story = Awaited<ReturnType<typeof startStory>>;
