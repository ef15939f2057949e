import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { type Exemption, exemptionFor } from '#domain/guardrails/policy.ts';
import type { Instant } from '#domain/time.ts';
import type { Listing } from './list.ts';
import type { Look } from './look.ts';
import { type Row, type RowState, rowOf } from './row.ts';

/** Counts and sums over the runtimes that run. `deletableUsdPerHour`: what would stop if the idle ones stayed idle. */
export type Totals = {
  readonly runtimes: number;
  readonly running: number;
  readonly inUse: number;
  readonly idle: number;
  readonly unknown: number;
  readonly usdPerHour: number;
  readonly idleUsdPerHour: number;
  readonly deletableUsdPerHour: number;
  /** Running, and the price or the number of GPUs is not known: in no sum. */
  readonly unpriced: number;
};

/** An exemption that still holds, and how many runtimes it is about. */
export type RowExemption = Pick<Exemption, 'until' | 'because'> & {
  readonly about: string;
  readonly runtimes: number;
};

/** Everything that `npm run plan` tells; with `--json` exactly this. */
export type PlanReport = {
  readonly at: Instant;
  readonly provider: {
    readonly emulated: boolean;
    readonly runtimesUrl: string;
    readonly inventoryUrl: string;
    readonly organisation: string;
  };
  readonly projects: readonly (Listing & { readonly project: string; readonly runtimes: number })[];
  readonly prices: Listing;
  /** What was not looked at, and why; empty where everything was. */
  readonly problems: readonly string[];
  readonly runtimes: readonly Row[];
  readonly totals: Totals;
  /** The ladder may be shorter than is safe. */
  readonly unsafeShortLadder: boolean;
  /** Who is told in observe mode. */
  readonly observeTo: 'operator' | 'owner';
  readonly exemptions: readonly RowExemption[];
  /** Settings that still hold a placeholder. */
  readonly placeholders: readonly string[];
};

const order: readonly RowState[] = [
  'idle',
  'young',
  'staying',
  'only reported',
  'exempt',
  'unknown',
  'not running',
  'in use',
  'off',
];

/** What costs for nothing first, the dearest of it before the others. */
const byUrgency = (a: Row, b: Row): number =>
  order.indexOf(a.state) - order.indexOf(b.state) ||
  (b.usdPerHour ?? 0) - (a.usdPerHour ?? 0) ||
  a.name.localeCompare(b.name);

/** To a hundredth of a cent, as prices are. */
const sumOf = (rows: readonly Row[]): number =>
  Math.round(rows.reduce((sum, { usdPerHour = 0 }) => sum + usdPerHour, 0) * 10_000) / 10_000;

const totalsOf = (rows: readonly Row[]): Totals => {
  const running = rows.filter(({ status }) => status === 'Running');
  const idle = running.filter(({ reading }) => reading.state === 'idle');
  return {
    runtimes: rows.length,
    running: running.length,
    inUse: running.filter(({ reading }) => reading.state === 'in-use').length,
    idle: idle.length,
    unknown: running.filter(({ reading }) => reading.state === 'unknown').length,
    usdPerHour: sumOf(running),
    idleUsdPerHour: sumOf(idle),
    deletableUsdPerHour: sumOf(idle.filter(({ ifItStaysIdle }) => ifItStaysIdle?.outcome === 'deleted')),
    unpriced: running.filter(({ usdPerHour }) => usdPerHour === undefined).length,
  };
};

const aboutOf = ({ match: { project, id, name } }: Exemption): string =>
  [id && `runtime ${id}`, name && `runtimes named ${name}`, project && `project ${project}`].filter(Boolean).join(', ');

const exemptionsOf = ({ at, fleet, runtimes }: Look): readonly RowExemption[] =>
  fleet.rules.exemptions
    .filter(({ until }) => until === 'forever' || until > at)
    .map((exemption) => {
      const alone = { ...fleet.rules, exemptions: [exemption] };
      const covered = runtimes.filter(({ judged }) => exemptionFor(alone, judged.situation.runtime, at) !== undefined);
      const { until, because } = exemption;
      const about = aboutOf(exemption);
      return { about, until, ...(because === undefined ? {} : { because }), runtimes: covered.length };
    });

const projectProblem = ({ project, listing, because }: Look['projects'][number]): string[] => {
  if (listing === 'whole') return [];
  if (listing === 'failed') return [...because];
  return [`The list of project ${project} is not whole, there may be more runtimes: ${because.join('; ')}.`];
};

const pricesProblem = ({ listing, because }: Listing): string[] => {
  if (listing === 'whole') return [];
  const what = listing === 'cut' ? 'The list of prices is not whole' : 'There are no prices';
  return [`${what}: ${because.join('; ')}`];
};

/** What was not looked at, a sentence each. */
export const problemsOf = ({ projects, prices }: Look): readonly string[] => [
  ...projects.flatMap(projectProblem),
  ...pricesProblem(prices),
];

export const planReportOf = (look: Look, settings: Settings, emulated: boolean): PlanReport => {
  const rows = look.runtimes.map((one) => rowOf(look, one)).sort(byUrgency);
  const { runtimesUrl, inventoryUrl, organisation } = settings.provider;
  return {
    at: look.at,
    provider: { emulated, runtimesUrl, inventoryUrl, organisation },
    projects: look.projects.map(({ runtimes, ...project }) => ({ ...project, runtimes: runtimes.length })),
    prices: look.prices,
    problems: problemsOf(look),
    runtimes: rows,
    totals: totalsOf(rows),
    unsafeShortLadder: settings.guardrails.unsafeShortLadder,
    observeTo: look.fleet.rules.observeTo,
    exemptions: exemptionsOf(look),
    // The emulator's settings are made up from beginning to end.
    placeholders: emulated ? [] : placeholdersIn(settings).map(({ path }) => path),
  };
};
