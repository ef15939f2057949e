import { isDeepStrictEqual } from 'node:util';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { digest } from '#adapters/identity.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import { judgeFleet } from '#domain/guardrails/judge-fleet.ts';
import { newCase, type RuntimeCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Verdict } from '#domain/guardrails/verdict.ts';
import type { Instant } from '#domain/time.ts';
import { tableName } from '#local/backtest/memory-world.ts';
import type { FirstDeletion } from '#local/backtest/score-deletions.ts';
import type { UtilisationTrace } from '#local/emulator/emulator.ts';
import { type IdleReplayOptions, idleWorldOptions } from './idle-replay.ts';
import { type IdleWorld, type IdleWorldOptions, startIdleWorld } from './idle-world.ts';

/** What is planned for a runtime after a tick: the verdict, and what its case holds of it for later. */
type Plan = {
  readonly verdict: Verdict;
  readonly named?: Instant;
  readonly voided?: { readonly at: Instant; readonly because: string };
};

export type Difference = {
  readonly at: Instant;
  readonly name: string;
  readonly enforce: Plan | undefined;
  readonly observe: Plan | undefined;
};

export type Comparison = {
  readonly ticks: number;
  /** Plans that were compared. */
  readonly compared: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly deletions: { readonly enforce: readonly FirstDeletion[]; readonly observe: readonly FirstDeletion[] };
  readonly differences: readonly Difference[];
  readonly broken: readonly string[];
};

const mostDifferences = 20;

/** The cases as the run found them, with the details that it read before it judged. */
const casesJudged = (before: GuardBoard, after: GuardBoard): ReadonlyMap<RuntimeKey, RuntimeCase> => {
  const found = new Map([...before.cases].map(([key, { value }]) => [key, value]));
  for (const [key, { value }] of after.cases) {
    const { name, ground, particulars } = value;
    const known = found.get(key);
    if (particulars !== undefined && known?.particulars === undefined) {
      found.set(key, { ...(known ?? newCase(value, name, ground)), particulars });
    }
  }
  return found;
};

/** A world whose plans can be read: by the domain's own judgement, on what the handlers left in the table and in the log. */
const startReadableWorld = async (trace: UtilisationTrace, options: IdleWorldOptions) => {
  const world = await startIdleWorld(trace, options);
  const { settings, token } = world;
  const store = createGuardStore(createTable(world.system.dynamodb, tableName));
  const credential = { kind: 'token', token: async () => token } as const;
  const provider = createProviderClient({ settings: settings.provider, credential, clock: world.now });
  const rules = guardRulesOf(settings);

  /** As the run judged: the clocks that it wrote, the cases that it read, the readings that it logged. */
  const verdictsOf = async (before: GuardBoard, after: GuardBoard) => {
    const listings = await Promise.all(settings.provider.projects.map((project) => provider.listRuntimes(project)));
    const readings = world.readings();
    const seen = listings
      .flatMap(({ rows }) => rows.map(({ value }) => value))
      .flatMap((runtime) => {
        const reading = readings.get(digest(runtimeKey(runtime)))?.reading;
        return [{ runtime, ...(reading === undefined ? {} : { reading }) }];
      });
    const fleet = {
      now: world.now(),
      rules,
      clocks: after.fleet.clocks,
      clocksBefore: before.fleet.clocks,
      cases: casesJudged(before, after),
      breaker: after.breaker.value,
      digest,
      ...(after.catalogue === undefined ? {} : { catalogue: after.catalogue }),
    };
    return judgeFleet(fleet, seen);
  };

  return {
    ...world,
    /** One tick; answers what is planned for every runtime that is listed, by its name. */
    plan: async (tick: number): Promise<ReadonlyMap<string, Plan>> => {
      const before = await store.readBoard();
      await world.guard(tick);
      const judged = await verdictsOf(before, await store.readBoard());
      await world.deliver();
      const { cases } = await store.readBoard();
      return new Map(
        judged.map(({ key, verdict, situation }): [string, Plan] => {
          const kase = cases.get(key)?.value;
          const { named, episode } = kase ?? {};
          const voided = episode?.voided;
          const plan = { ...(named === undefined ? {} : { named }), ...(voided === undefined ? {} : { voided }) };
          return [world.nameOf(situation.runtime.id), { verdict, ...plan }];
        }),
      );
    },
  };
};

type ReadableWorld = Awaited<ReturnType<typeof startReadableWorld>>;

const goneFrom = (world: IdleWorld | ReadableWorld) => new Set(world.firstDeletions().map(({ name }) => name));

/** The plans of one tick that differ, among the runtimes that neither mode had deleted before it. */
const differencesIn = (
  at: Instant,
  enforce: ReadonlyMap<string, Plan>,
  observe: ReadonlyMap<string, Plan>,
  over: ReadonlySet<string>,
): Difference[] =>
  [...new Set([...enforce.keys(), ...observe.keys()])].flatMap((name) => {
    const [ours, theirs] = [enforce.get(name), observe.get(name)];
    return over.has(name) || isDeepStrictEqual(ours, theirs) ? [] : [{ at, name, enforce: ours, observe: theirs }];
  });

const brokenIn = (differences: number, { enforce, observe }: Comparison['deletions']): string[] => [
  ...(differences === 0 ? [] : [`${differences} plans differ between the modes`]),
  ...(isDeepStrictEqual(enforce, observe) ? [] : ['the lists of first deletions differ']),
];

/**
 * Runs both modes over the same trace in lockstep and compares, after every tick, what they plan for each runtime, up to its
 * first deletion.
 */
export const compareModes = async (trace: UtilisationTrace, options: IdleReplayOptions = {}): Promise<Comparison> => {
  const given = idleWorldOptions(trace, options);
  const enforce = await startReadableWorld(trace, { ...given, mode: 'enforce' });
  const observe = await startReadableWorld(trace, { ...given, mode: 'observe' });
  const differences: Difference[] = [];
  const verdicts: Record<string, number> = {};
  let compared = 0;
  try {
    for (let tick = 0; tick < given.ticks; tick += 1) {
      const over = new Set([...goneFrom(enforce), ...goneFrom(observe)]);
      const [ours, theirs] = await Promise.all([enforce.plan(tick), observe.plan(tick)]);
      differences.push(...differencesIn(enforce.now(), ours, theirs, over));
      for (const [name, { verdict }] of ours) {
        if (over.has(name)) continue;
        compared += 1;
        verdicts[verdict.verdict] = (verdicts[verdict.verdict] ?? 0) + 1;
      }
      options.onProgress?.(tick + 1, given.ticks);
    }
    const deletions = { enforce: enforce.firstDeletions(), observe: observe.firstDeletions() };
    const broken = brokenIn(differences.length, deletions);
    return {
      ticks: given.ticks,
      compared,
      verdicts,
      deletions,
      differences: differences.slice(0, mostDifferences),
      broken,
    };
  } finally {
    await Promise.all([enforce.close(), observe.close()]);
  }
};
