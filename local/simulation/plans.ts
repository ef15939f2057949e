import fc from 'fast-check';
import { faultNames } from './faults.ts';
import {
  type ActPlan,
  type CrashPlan,
  type DeliveryPlan,
  type DeployPlan,
  type FaultPlan,
  functionNames,
  type HistoryPlan,
  type MishapPlan,
  type OfferPlan,
  type RuntimePlan,
  type UnreadablePlan,
  type Use,
  type UsePlan,
  type WatchPlan,
} from './plan.ts';
import { offerConfigs } from './stage.ts';

/** So long after the troubles everything that is due must have happened: the ladder, its fresh lead and what held it back. */
const healthyMinutesWith = (freshLead: number): number => freshLead + 45;
const longestTroubles = 45;
/** Two looks that are more than 5 minutes apart, with what delays them, would not be observed time. */
const everyMinutes = [4, 4.8, 4.8];

/** A history of one job takes half the time, and most of what goes wrong is within one. */
const jobs: readonly HistoryPlan['jobs'][] = [
  ['guard-runtimes'],
  ['guard-runtimes'],
  ['watch-availability'],
  ['watch-availability'],
  ['guard-runtimes', 'watch-availability'],
];

/** Nothing, but for one in so many. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const minuteIn = (minutes: number) => fc.integer({ min: 0, max: minutes });

const useSpan = fc.record({
  minute: minuteIn(longestTroubles),
  use: fc.constantFrom<Use>('idle', 'idle', 'busy', 'busy-cpu', 'gap'),
});

/** Idle from the start, and mostly for good. */
const uses: fc.Arbitrary<UsePlan[]> = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant<UsePlan[]>([]) },
    { weight: 2, arbitrary: fc.array(useSpan, { minLength: 1, maxLength: 4 }) },
  )
  .map((all): UsePlan[] => [{ minute: 0, use: 'idle' as const }, ...all].sort((a, b) => a.minute - b.minute));

const ageMinutes = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 60, max: 600 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 29 }) },
  { weight: 1, arbitrary: fc.integer({ min: -60, max: -1 }) },
);

const stopped = fc
  .tuple(minuteIn(longestTroubles - 5), fc.integer({ min: 2, max: 30 }))
  .map(([minute, lasts]) => ({ minute, until: minute + lasts }));

const runtime: fc.Arbitrary<RuntimePlan> = fc
  .record({
    owner: fc.constantFrom('ana', 'ben', 'cho'),
    gpus: fc.constantFrom(1, 1, 2),
    plan: fc.oneof(
      { weight: 8, arbitrary: fc.constant('on-demand' as const) },
      { weight: 1, arbitrary: fc.constantFrom('reserved' as const, 'unreadable' as const) },
    ),
    ageMinutes,
    uses,
    busyOnCall: rarely(fc.integer({ min: 6, max: 9 }), 6),
    stopped: rarely(stopped, 9),
    conduct: fc.constantFrom(
      'usual',
      'usual',
      'usual',
      'usual',
      'ignores-delete',
      'refuses-delete',
      'terminates-slowly',
      'reappears',
    ),
  })
  .map(({ stopped: stop, busyOnCall, ...rest }) => ({
    ...rest,
    ...(stop === undefined ? {} : { stopped: stop }),
    ...(busyOnCall === undefined ? {} : { busyOnCall }),
  }));

const offer: fc.Arbitrary<OfferPlan> = fc
  .array(
    fc.record({
      minute: minuteIn(longestTroubles),
      gpus: fc.constantFrom<number | 'unlisted'>(0, 0, 1, 2, 8, 'unlisted'),
    }),
    { maxLength: 6 },
  )
  .map((free) => ({ free: free.sort((a, b) => a.minute - b.minute) }));

const watch: fc.Arbitrary<WatchPlan> = fc.record({
  offer: fc.integer({ min: 0, max: offerConfigs.length - 1 }),
  notify: fc.constantFrom('once', 'every'),
  by: fc.constantFrom('config', 'config', 'model'),
});

const act: fc.Arbitrary<ActPlan> = fc.record({
  minute: minuteIn(longestTroubles),
  act: fc.constantFrom('keep', 'keep', 'keep-all', 'unsubscribe', 'rearm', 'bounce', 'complaint'),
  of: fc.integer({ min: 0, max: 3 }),
});

const fault: fc.Arbitrary<FaultPlan> = fc.record({
  fault: fc.constantFrom(...faultNames),
  minute: minuteIn(longestTroubles),
  passesOver: fc.constantFrom(0, 0, 0, 1, 2, 3, 5),
  times: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 5, max: 60 }) },
  ),
});

const crash: fc.Arbitrary<CrashPlan> = fc
  .tuple(
    fc.constantFrom(...functionNames.filter((name) => name !== 'note-bounces')),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom<CrashPlan['moment']>('before', 'after'),
  )
  .map(([name, effect, moment]) => ({ function: name, effect, moment }));

const deploy: fc.Arbitrary<DeployPlan> = fc.record({
  minute: minuteIn(longestTroubles),
  change: fc.constantFrom('longer-ladder', 'higher-threshold', 'exempt-first', 'observe', 'enforce', 'nothing'),
});

const unreadable: fc.Arbitrary<UnreadablePlan> = fc.record({
  minute: minuteIn(longestTroubles - 5),
  minutes: fc.integer({ min: 1, max: 20 }),
  item: fc.constantFrom('case', 'recipient', 'offer'),
});

const mishap: fc.Arbitrary<MishapPlan> = fc.record({
  tick: fc.integer({ min: 0, max: 20 }),
  function: fc.constantFrom('guard-runtimes', 'watch-availability'),
  mishap: fc.constantFrom('late', 'doubled', 'skipped'),
});

const delivery: fc.Arbitrary<DeliveryPlan> = fc.record({
  message: fc.integer({ min: 0, max: 20 }),
  delivery: fc.constantFrom('late', 'beside-run', 'beside-run', 'doubled', 'shared', 'out-of-order'),
});

/** Clocks of functions are kept by AWS to about a second; the provider's may be anything. */
const clocks: fc.Arbitrary<HistoryPlan['clocks']> = fc.record(
  {
    'guard-runtimes': fc.integer({ min: -1500, max: 1500 }),
    'send-notice': fc.integer({ min: -1500, max: 1500 }),
    links: fc.integer({ min: -1500, max: 1500 }),
    'watch-availability': fc.integer({ min: -1500, max: 1500 }),
    provider: fc.integer({ min: -120_000, max: 120_000 }),
  },
  { requiredKeys: [] },
);

const sometimes = <T>(arbitrary: fc.Arbitrary<T>, most: number) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<T[]>([]) },
    { weight: 2, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength: most }) },
  );
const seldom = <T>(arbitrary: fc.Arbitrary<T>, most: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength: most }) },
  );

const troubles = {
  acts: seldom(act, 4),
  faults: sometimes(fault, 3),
  crashes: sometimes(crash, 2),
  deploys: seldom(deploy, 2),
  unreadable: seldom(unreadable, 2),
  mishaps: seldom(mishap, 5),
  deliveries: seldom(delivery, 4),
  clocks: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: clocks }),
};

const byMinute = <T extends { readonly minute: number }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => a.minute - b.minute);

/** Nothing goes wrong at the time: otherwise not everybody is seen busy before and idle after, and none is to blame. */
const calm = { faults: [], crashes: [], deploys: [], unreadable: [], mishaps: [], deliveries: [] };

/** A runtime that is there all the time. */
const steady = ({ stopped: _, busyOnCall: __, ...each }: RuntimePlan): RuntimePlan => ({
  ...each,
  plan: 'on-demand',
  ageMinutes: Math.max(60, each.ageMinutes),
});

/** All of a fleet goes idle at once, in some histories. */
const massIdle = fc.record({
  massIdleAt: fc.integer({ min: 10, max: 20 }),
  runtimes: fc.array(runtime.map(steady), { minLength: 4, maxLength: 6 }),
});

/** Every history that can be told, the likely troubles more often. */
export const historyPlan: fc.Arbitrary<HistoryPlan> = fc
  .record({
    seed: fc.nat(),
    mode: fc.constantFrom<HistoryPlan['mode']>('enforce', 'enforce', 'enforce', 'enforce', 'enforce', 'observe'),
    limits: fc.constantFrom(
      { perTick: 5, perHour: 20 },
      { perTick: 5, perHour: 20 },
      { perTick: 1, perHour: 2 },
      { perTick: 2, perHour: 20 },
    ),
    everyMinutes: fc.constantFrom(...everyMinutes),
    jobs: fc.constantFrom(...jobs),
    troubledMinutes: fc.integer({ min: 30, max: longestTroubles }),
    endsHealthy: fc.constantFrom(true, false, false, false),
    freshLead: fc.constantFrom(15, 15, 15, 60),
    rowsPerPage: fc.constantFrom(100, 100, 2),
    runtimes: fc.array(runtime, { minLength: 1, maxLength: 4 }),
    massIdle: rarely(massIdle, 29),
    offers: fc.array(offer, { minLength: 1, maxLength: offerConfigs.length }),
    watches: fc.array(watch, { minLength: 0, maxLength: 4 }),
    scanned: fc.boolean(),
    ...troubles,
  })
  .map(({ massIdle: atOnce, deploys, endsHealthy, ...plan }) => ({
    ...plan,
    healthyMinutes: endsHealthy ? healthyMinutesWith(plan.freshLead) : 0,
    deploys: byMinute(deploys.filter(({ minute }) => minute < plan.troubledMinutes)),
    faults: plan.faults.filter(({ minute }) => minute < plan.troubledMinutes),
    unreadable: plan.unreadable.filter(({ minute, minutes }) => minute + minutes < plan.troubledMinutes),
    ...(atOnce === undefined ? {} : { ...atOnce, ...calm, jobs: ['guard-runtimes'] as const }),
  }));

/** What fast-check makes the n-th history of a seed from. */
export const seedOf = (seed: number, index: number): number => (seed * 1_000_003 + index) | 0;

/** The n-th history of a seed: the same everywhere. */
export const planOf = (seed: number, index: number): HistoryPlan => {
  const [plan] = fc.sample(historyPlan, { seed: seedOf(seed, index), numRuns: 1 });
  if (plan === undefined) throw new RangeError('A seed gives a history.');
  return plan;
};
