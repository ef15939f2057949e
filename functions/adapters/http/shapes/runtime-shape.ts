import * as z from 'zod/mini';
import type { Forecast } from '#domain/guardrails/forecast.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import { isIdleUse } from '#domain/guardrails/reading.ts';
import { evidenceOf, moneyIn } from '#domain/guardrails/situation.ts';
import { type Instant, minute } from '#domain/time.ts';
import { iso, isoOrNull, isoTime } from './fields.ts';
import { evidenceBody, evidenceShape } from './ledger-shape.ts';
import { warningShape, warningsBody } from './warning-shape.ts';

const address = { project_id: z.string(), id: z.string(), name: z.string() };

/**
 * A runtime with what Warden knows and says of it. `unknown`: for how long its use is not known, and why. `warnings_taken_back`:
 * the last time that its warnings lost their ground. `delete_not_before`: the latest time that an accepted mail named.
 */
export const runtimeShape = z.object({
  ...address,
  region_id: z.string(),
  status: z.string(),
  gpu_config_id: z.nullable(z.string()),
  gpu_count: z.nullable(z.number()),
  gpu_model: z.nullable(z.string()),
  usd_per_hour: z.nullable(z.number()),
  created_at: z.nullable(isoTime()),
  owner: z.nullable(z.string()),
  policy: z.string(),
  mode: z.enum(['enforce', 'observe', 'off']),
  reading: z.object({
    state: z.enum(['idle', 'busy', 'unknown', 'none']),
    at: z.nullable(isoTime()),
    because: z.nullable(z.string()),
  }),
  unknown: z.nullable(z.object({ since: isoTime(), minutes: z.number(), because: z.string() })),
  evidence: z.nullable(evidenceShape),
  usd_wasted: z.nullable(z.number()),
  verdict: z.string(),
  because: z.string(),
  next_warning: z.nullable(z.object({ step: z.enum(['first', 'last']), at: isoTime() })),
  delete_at: z.nullable(isoTime()),
  warnings: z.array(warningShape),
  warnings_taken_back: z.nullable(z.object({ at: isoTime(), because: z.string() })),
  delete_not_before: z.nullable(isoTime()),
  kept_until: z.nullable(isoTime()),
  exempt: z.nullable(
    z.object({ until: z.nullable(isoTime()), because: z.nullable(z.string()), by: z.enum(['policy', 'api']) }),
  ),
});

const priceOf = ({ situation: { runtime, facts }, kase }: Judged): number | undefined => {
  const gpus = runtime.gpuCount ?? kase?.particulars?.gpuCount;
  return gpus === undefined || facts.pricePerGpuHour === undefined ? undefined : gpus * facts.pricePerGpuHour;
};

const readingBody = ({ situation: { reading, policy } }: Judged): z.output<typeof runtimeShape>['reading'] => {
  if (reading === undefined) return { state: 'none', at: null, because: null };
  if (reading.state === 'unknown') return { state: 'unknown', at: iso(reading.at), because: reading.because };
  const state = isIdleUse(reading.use, policy.thresholds) ? 'idle' : 'busy';
  return { state, at: iso(reading.at), because: null };
};

const unknownSince = (since: Instant, because: string, now: Instant) => ({
  since: iso(since),
  minutes: (now - since) / minute,
  because,
});

const unknownBody = ({ situation: { clock, now } }: Judged): z.output<typeof runtimeShape>['unknown'] => {
  const { unknown, notRunning } = clock;
  if (notRunning !== undefined) return unknownSince(notRunning.since, `its status is ${notRunning.status}`, now);
  return unknown === undefined ? null : unknownSince(unknown.since, unknown.because, now);
};

const exemptBody = ({ situation: { exemption } }: Judged): z.output<typeof runtimeShape>['exempt'] => {
  if (exemption === undefined) return null;
  const { until, because, by } = exemption;
  return { until: until === 'forever' ? null : iso(until), because: because ?? null, by };
};

export const runtimeBody = (judged: Judged): z.output<typeof runtimeShape> => {
  const { situation, verdict, kase } = judged;
  const { runtime, clock, policy, facts, addressees, now } = situation;
  const { keep, named, episode } = kase ?? {};
  return {
    project_id: runtime.project,
    id: runtime.id,
    name: runtime.name,
    region_id: runtime.region,
    status: runtime.status,
    gpu_config_id: runtime.gpuConfigId ?? null,
    gpu_count: runtime.gpuCount ?? null,
    gpu_model: facts.gpuModel ?? null,
    usd_per_hour: priceOf(judged) ?? null,
    created_at: isoOrNull(runtime.createdAt),
    owner: addressees[0] ?? null,
    policy: policy.name,
    mode: policy.mode,
    reading: readingBody(judged),
    unknown: unknownBody(judged),
    evidence: clock.span === undefined ? null : evidenceBody(evidenceOf(clock.span, clock.span.idleAt)),
    usd_wasted: clock.span === undefined ? null : (moneyIn(situation, kase)?.wasted ?? null),
    verdict: verdict.verdict,
    because: verdict.because,
    next_warning: verdict.next === undefined ? null : { step: verdict.next.step, at: iso(verdict.next.at) },
    delete_at: isoOrNull(verdict.deleteAt),
    warnings: warningsBody(kase),
    warnings_taken_back:
      episode?.voided === undefined ? null : { at: iso(episode.voided.at), because: episode.voided.because },
    delete_not_before: isoOrNull(named),
    kept_until: keep !== undefined && keep.until > now ? iso(keep.until) : null,
    exempt: exemptBody(judged),
  };
};

/** What becomes of a runtime. */
export const planShape = z.object({
  ...address,
  owner: z.nullable(z.string()),
  policy: z.string(),
  usd_per_hour: z.nullable(z.number()),
  idle_now: z.boolean(),
  outcome: z.enum(['deleted', 'would-be-deleted', 'stays']),
  because: z.string(),
  first_warning_at: z.nullable(isoTime()),
  last_warning_at: z.nullable(isoTime()),
  delete_at: z.nullable(isoTime()),
  told: z.array(z.string()),
});

export const planBody = (judged: Judged, forecast: Forecast): z.output<typeof planShape> => {
  const { runtime, addressees, policy, clock } = judged.situation;
  const common = {
    project_id: runtime.project,
    id: runtime.id,
    name: runtime.name,
    owner: addressees[0] ?? null,
    policy: policy.name,
    usd_per_hour: priceOf(judged) ?? null,
    idle_now: clock.span !== undefined,
  };
  if (forecast.outcome === 'stays') {
    const never = { first_warning_at: null, last_warning_at: null, delete_at: null, told: [] };
    return { ...common, outcome: 'stays', because: forecast.because, ...never };
  }
  return {
    ...common,
    outcome: forecast.would ? 'would-be-deleted' : 'deleted',
    because: clock.span === undefined ? 'were it idle from now on' : 'if it stays idle',
    first_warning_at: iso(forecast.firstWarningAt),
    last_warning_at: iso(forecast.lastWarningAt),
    delete_at: iso(forecast.deleteAt),
    told: [...forecast.told],
  };
};
