import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Instant, second } from '#domain/time.ts';
import { linkIn } from '#local/link-event.ts';
import { startEngines, startWorld, type TestEngines, type World } from '../guarding/world.ts';

const tickEvery = 3 * second;
const ladder = {
  firstWarningAfter: '15s',
  lastWarningAfter: '30s',
  deleteAfter: '45s',
  lead: '10s',
  freshLead: '15s',
};
const guardrails = {
  unsafeShortLadder: true,
  minimumAge: '5s',
  keepChoices: ['9s', '1m'],
  policies: [{ name: 'seconds', ladder }],
};

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const seconds = async (count: number): Promise<void> => {
  for (let passed = 0; passed < count * second; passed += tickEvery) {
    await world.clock.advance(tickEvery);
    expect(await world.tick()).toBeUndefined();
    await world.deliver();
  }
};

/**
 * Too young to be idle by the usual rule. Its samples carry no time, so that every one of many readings in a minute is a
 * new one; and it is gone soon after it was asked to be.
 */
const idle = (name: string, metrics: 'idle' | 'busy' = 'idle') =>
  world.idle(name, {
    metrics: { kind: metrics, shape: { untimed: true } },
    createdMinutesAgo: 6,
    terminatingFor: 2,
  });

const warnings = (step: 'first' | 'last') =>
  world.told.flatMap(({ at, event }) =>
    event.event === 'runtime-warned' && event.step === step ? [{ at, deleteAt: event.deleteAt }] : [],
  );
const deletedAt = (): Instant[] => world.calls.flatMap(({ kind, at }) => (kind === 'delete' ? [at] : []));

describe('a ladder of seconds', () => {
  it('warns, keeps, warns afresh and deletes within two minutes, and leaves what is busy', async () => {
    world = await startWorld(engines, { guardrails });
    const begun = world.now();
    idle('bob-notebook');
    idle('cho-train', 'busy');
    await seconds(39);
    expect(warnings('first')).toHaveLength(1);
    const [, last] = await world.mails();
    const [warned] = warnings('last');
    expect(last?.subject).toMatch(/^Last warning: bob-notebook will be deleted at \d\d:\d\d:\d\d UTC/);
    const link = linkIn(last?.text ?? '', 'keep');
    const page = (await world.visit('GET', link)).body;
    expect(page).toContain('Keep for 9 seconds');
    expect(page).toContain('Keep for 1 minute');
    expect((await world.visit('POST', link, 'for=4h')).status).toBe(400);
    const kept = (await world.visit('POST', link, 'for=9s')).body;
    expect(kept).toContain('bob-notebook is kept');
    for (const body of [page, kept]) expect(body).toContain('Unsafe short ladder');

    await seconds(9);
    expect(deletedAt()).toEqual([]);
    await seconds(30);
    const [, afresh] = warnings('last');
    const [deleted] = deletedAt();
    expect(world.deletions()).toBe(1);
    expect(deleted).toBeGreaterThanOrEqual(afresh?.deleteAt ?? Number.NaN);
    expect((deleted ?? 0) - (afresh?.at ?? 0)).toBeGreaterThanOrEqual(15 * second);
    expect(deleted).toBeGreaterThan((warned?.deleteAt ?? 0) + 9 * second);
    await seconds(6);
    expect((await world.subjects()).at(-1)).toMatch(/^bob-notebook was deleted/);
    expect(world.now() - begun).toBeLessThan(120 * second);
    expect(world.control.runtimes().map(({ name }) => name)).toEqual(['cho-train']);
  });

  it('keeps its promise to the second: never before the time that the mail shows', async () => {
    world = await startWorld(engines, { guardrails });
    idle('bob-notebook');
    await seconds(60);
    const [, shown = ''] = /will be deleted at (\d\d:\d\d:\d\d) UTC/.exec((await world.subjects())[1] ?? '') ?? [];
    const day = new Date(world.now()).toISOString().slice(0, 10);
    const [deleted] = deletedAt();
    expect(deleted).toBeGreaterThanOrEqual(Date.parse(`${day}T${shown}Z`));
    expect((deleted ?? 0) - (warnings('last')[0]?.at ?? 0)).toBeGreaterThanOrEqual(10 * second);
  });

  it('says in every mail that it is unsafe', async () => {
    world = await startWorld(engines, { guardrails });
    idle('bob-notebook');
    await seconds(60);
    const mails = await world.mails();
    expect(mails.map(({ subject }) => subject.replace(/ \(.*/, ''))).toEqual([
      expect.stringMatching(/is idle/),
      expect.stringMatching(/^Last warning/),
      expect.stringMatching(/was deleted/),
    ]);
    for (const { text, html } of mails) {
      expect(text).toContain('Unsafe short ladder: this installation deletes within minutes; meant for tests.');
      expect(html).toContain('Unsafe short ladder: this installation deletes within minutes; meant for tests.');
    }
  });

  it.each([
    ['3 seconds', 3, ['2 idle runtimes']],
    ['12 seconds', 12, ['bob-one is idle and will be deleted']],
  ])(
    'a first warning waits a third of the way to its last for company, which comes %s later',
    async (_, later, told) => {
      world = await startWorld(engines, { guardrails });
      idle('bob-one');
      await seconds(later);
      idle('bob-two');
      await seconds(24 - later);
      expect((await world.subjects()).map((subject) => subject.replace(/,.*| at .*/, ''))).toEqual(told);
    },
  );
});
