import { type Forecast, forecastOf } from '#domain/guardrails/forecast.ts';
import { factsOf } from '#domain/guardrails/guard-board.ts';
import { isRunning } from '#domain/guardrails/judge-fleet.ts';
import { moneyOf } from '#domain/guardrails/money.ts';
import { type PlanKind, planKindOf } from '#domain/guardrails/particulars.ts';
import type { Exemption, Mode } from '#domain/guardrails/policy.ts';
import { type CpuUse, isIdleUse, type MemoryUse } from '#domain/guardrails/reading.ts';
import type { VerdictName } from '#domain/guardrails/verdict.ts';
import type { Instant } from '#domain/time.ts';
import type { Look, LookedAt } from './look.ts';

/** A reading as it is told: judged by the thresholds of the runtime's policy. */
export type RowReading =
  | {
      readonly state: 'in-use' | 'idle';
      readonly gpuPercent: number;
      readonly cpu?: CpuUse;
      readonly memory?: MemoryUse;
      readonly sampledAt?: Instant;
    }
  | { readonly state: 'unknown' | 'not-read'; readonly because: string };

/** What a runtime is, in a word. `staying`: idle, and something keeps it from ever being deleted. */
export type RowState =
  | 'in use'
  | 'idle'
  | 'staying'
  | 'young'
  | 'exempt'
  | 'only reported'
  | 'unknown'
  | 'not running'
  | 'off';

/** One runtime in the plan, as `--json` shows it. Prices are USD. */
export type Row = {
  readonly project: string;
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly status: string;
  readonly gpus?: number;
  readonly gpuModel?: string;
  readonly gpuConfigId?: string;
  readonly createdAt?: Instant;
  readonly plan: PlanKind;
  readonly reading: RowReading;
  readonly policy: string;
  readonly mode: Mode;
  readonly state: RowState;
  readonly verdict: VerdictName;
  readonly because: string;
  readonly pricePerGpuHour?: number;
  readonly usdPerHour?: number;
  readonly exemption?: Pick<Exemption, 'until' | 'because'>;
  /** Missing for a runtime that is in use, cannot be read, or is not looked at. */
  readonly ifItStaysIdle?: Forecast;
};

const readingOf = ({ judged: { situation } }: LookedAt): RowReading => {
  const { reading, runtime, policy } = situation;
  if (!isRunning(runtime)) return { state: 'not-read', because: `its status is ${runtime.status}` };
  if (reading === undefined) return { state: 'not-read', because: `policy ${policy.name} does not look` };
  if (reading.state === 'unknown') return { state: 'unknown', because: reading.because };
  const at = reading.sampledAt === undefined ? {} : { sampledAt: reading.sampledAt };
  return { state: isIdleUse(reading.use, policy.thresholds) ? 'idle' : 'in-use', ...reading.use, ...at };
};

/** Which use is too high for idle, against which threshold. */
export const busyBecause = ({ judged: { situation } }: LookedAt): string | undefined => {
  const { reading, policy } = situation;
  if (reading?.state !== 'known' || isIdleUse(reading.use, policy.thresholds)) return undefined;
  const { gpuBelowPercent, cpuBelowCores, cpuBelowPercent } = policy.thresholds;
  const { gpuPercent, cpu } = reading.use;
  const gpu = isIdleUse({ gpuPercent }, policy.thresholds) ? [] : [`its GPU use is not below ${gpuBelowPercent} %`];
  if (cpu === undefined || isIdleUse({ gpuPercent: 0, cpu }, policy.thresholds)) return gpu.join();
  const below =
    cpu.unit === 'cores' ? `${cpuBelowCores} ${cpuBelowCores === 1 ? 'core' : 'cores'}` : `${cpuBelowPercent} %`;
  return [...gpu, `its CPU use is not below ${below}`].join(', ');
};

const stateOf = (
  { judged: { situation, verdict } }: LookedAt,
  { state }: RowReading,
  forecast: Forecast | undefined,
): RowState => {
  if (situation.policy.mode === 'off') return 'off';
  if (!isRunning(situation.runtime)) return 'not running';
  if (state === 'unknown' || state === 'not-read') return 'unknown';
  if (state === 'in-use') return 'in use';
  if (verdict.verdict === 'exempt') return 'exempt';
  if (verdict.verdict === 'report') return 'only reported';
  if (situation.clock.span === undefined) return 'young';
  return forecast?.outcome === 'stays' ? 'staying' : 'idle';
};

export const planOf = ({ judged: { situation, kase } }: LookedAt): PlanKind => {
  const listed = planKindOf(situation.runtime.planId);
  return listed === 'reserved' ? listed : (kase?.particulars?.plan ?? listed);
};

/** One runtime of a look. What the listing left out is told from the detail. */
export const rowOf = (look: Look, one: LookedAt): Row => {
  const { judged, detail, detailBecause } = one;
  const { runtime, policy, exemption } = judged.situation;
  const { project, id, name, region, status } = runtime;
  const gpuConfigId = runtime.gpuConfigId ?? detail?.gpuConfigId;
  const gpus = runtime.gpuCount ?? detail?.gpuCount;
  const createdAt = runtime.createdAt ?? detail?.createdAt;
  const { gpuModel, pricePerGpuHour } = factsOf(look.fleet.catalogue, {
    region,
    ...(gpuConfigId === undefined ? {} : { gpuConfigId }),
  });
  const reading = readingOf(one);
  const forecast = reading.state === 'idle' ? forecastOf(look.fleet, judged) : undefined;
  const unread = detailBecause !== undefined && forecast?.outcome === 'stays';
  const stays = forecast?.outcome === 'stays' ? forecast.because : undefined;
  const state = stateOf(one, reading, forecast);
  const money = moneyOf(pricePerGpuHour, gpus, 0);
  return {
    project,
    id,
    name,
    region,
    status,
    ...(gpus === undefined ? {} : { gpus }),
    ...(gpuModel === undefined ? {} : { gpuModel }),
    ...(gpuConfigId === undefined ? {} : { gpuConfigId }),
    ...(createdAt === undefined ? {} : { createdAt }),
    plan: planOf(one),
    reading,
    policy: policy.name,
    mode: policy.mode,
    state,
    verdict: judged.verdict.verdict,
    because:
      unread && state !== 'young'
        ? `its detail cannot be read: ${detailBecause}`
        : (stays ?? busyBecause(one) ?? judged.verdict.because),
    ...(pricePerGpuHour === undefined ? {} : { pricePerGpuHour }),
    ...(money === undefined ? {} : { usdPerHour: money.ratePerHour }),
    ...(exemption === undefined
      ? {}
      : {
          exemption: {
            until: exemption.until,
            ...(exemption.because === undefined ? {} : { because: exemption.because }),
          },
        }),
    ...(forecast === undefined ? {} : { ifItStaysIdle: forecast }),
  };
};
