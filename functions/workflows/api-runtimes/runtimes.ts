import pLimit from 'p-limit';
import { type FleetView, listedParticulars, viewFleet } from '#domain/guardrails/fleet-view.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import { type KeepUntilOutcome, keepUntil, release } from '#domain/guardrails/keep.ts';
import { completedBy, type Particulars, particularsOf } from '#domain/guardrails/particulars.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import { newCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Listing } from '#domain/listing.ts';
import type { Runtime, RuntimeAddress, RuntimeDetail } from '#domain/runtime.ts';
import { type Instant, second } from '#domain/time.ts';
import { type CaseStore, decideOnCase } from '#workflows/cases.ts';

type Bounds = { readonly deadline: Instant };

/** Everything that looking at runtimes, and keeping them, needs of the world. */
export type RuntimesWorld = {
  readonly store: CaseStore & { readBoard(): Promise<GuardBoard> };
  readonly provider: {
    listRuntimes(project: string, bounds: Bounds): Promise<Listing<Runtime>>;
    getRuntime(runtime: RuntimeAddress, bounds: Bounds): Promise<RuntimeDetail | undefined>;
  };
  readonly rules: GuardRules;
  readonly clock: () => Instant;
  readonly digest: (text: string) => string;
};

/** Somebody waits: shorter than the time that API Gateway gives a function. */
export const answerWithin = 20 * second;
const callsAtOnce = 8;
/** Details read for one answer at most; of the others the plan stays unread. */
const mostDetails = 50;

/** The fleet as it is seen now. `incomplete`: projects of which not every page came. */
export type SeenFleet = FleetView & { readonly board: GuardBoard; readonly incomplete: readonly string[] };

/** What the listing, or else the detail, tells of runtimes that no run has looked at closely yet. One that cannot be read is left out. */
const particularsFor = async (
  { provider, clock }: RuntimesWorld,
  runtimes: readonly Runtime[],
): Promise<ReadonlyMap<RuntimeKey, Particulars>> => {
  const bounds = { deadline: clock() + answerWithin / 2 };
  const read = await pLimit(callsAtOnce).map(runtimes.slice(0, mostDetails), async (runtime) => {
    const listed = listedParticulars(runtime, clock());
    if (listed !== undefined) return [[runtimeKey(runtime), listed] as const];
    const detail = await provider.getRuntime(runtime, bounds).catch(() => undefined);
    if (detail === undefined) return [];
    return [[runtimeKey(runtime), particularsOf(completedBy(detail, runtime), clock())] as const];
  });
  return new Map(read.flat());
};

/** Lists the runtimes of projects, and judges them by what the last run saw. Writes nothing. @throws what the provider's calls throw */
export const seeFleet = async (world: RuntimesWorld, projects: readonly string[]): Promise<SeenFleet> => {
  const { store, provider, rules, clock, digest } = world;
  const bounds = { deadline: clock() + answerWithin / 2 };
  const [board, listings] = await Promise.all([
    store.readBoard(),
    pLimit(callsAtOnce).map(projects, async (project) => ({
      project,
      listing: await provider.listRuntimes(project, bounds),
    })),
  ]);
  const runtimes = listings.flatMap(({ listing }) => listing.rows.map(({ value }) => value));
  const unread = runtimes.filter((runtime) => board.cases.get(runtimeKey(runtime))?.value.particulars === undefined);
  const details = await particularsFor(world, unread);
  const view = viewFleet(board, rules, runtimes, { now: clock(), digest }, details);
  const incomplete = listings.filter(({ listing }) => !listing.complete).map(({ project }) => project);
  return { ...view, board, incomplete };
};

/** By whom a runtime is kept, exempted or released: the digest of an address, where there is one. */
export type By = { readonly recipientId?: string };

/** The same, as an entry of the ledger says it. */
export const byApi = ({ recipientId }: By) => ({
  by: `api:${recipientId ?? 'operator'}`,
  ...(recipientId === undefined ? {} : { recipientId }),
});

/** Keeps a runtime until a time, warned of or not. */
export const keepByApi = (
  { store, clock }: Pick<RuntimesWorld, 'store' | 'clock'>,
  { situation: { runtime, ground } }: Judged,
  until: Instant,
  by: By,
): Promise<KeepUntilOutcome> =>
  decideOnCase(store, runtimeKey(runtime), (found) => {
    const before = found ?? newCase(runtime, runtime.name, ground);
    const because = `kept until ${new Date(until).toISOString()} by the API`;
    const { kase, outcome } = keepUntil(before, { until, because, ...byApi(by) }, clock());
    return { kase, result: outcome };
  });

/** Ends a keep; one that is not there stays so. */
export const releaseByApi = (
  { store, clock }: Pick<RuntimesWorld, 'store' | 'clock'>,
  runtime: RuntimeAddress,
  by: By,
): Promise<void> =>
  decideOnCase(store, runtimeKey(runtime), (found) => {
    const said = { because: 'released by the API', ...byApi(by) };
    return { kase: found && release(found, said, clock()), result: undefined };
  });
