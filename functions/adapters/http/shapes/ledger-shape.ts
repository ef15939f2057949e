import * as z from 'zod/mini';
import { acts, type Evidence, type LedgerEntry } from '#domain/guardrails/ledger.ts';
import { hour, minute } from '#domain/time.ts';
import { iso, isoTime } from './fields.ts';

export const actShape = z.enum(acts);

/** What was seen of an idle time: how much of it, and the most that was used in it. CPU is null where it is not reported. */
export const evidenceShape = z.object({
  idle_since: isoTime(),
  until: isoTime(),
  observed_minutes: z.number(),
  unobserved_minutes: z.number(),
  highest_gpu_percent: z.number(),
  highest_cpu: z.nullable(z.object({ value: z.number(), unit: z.enum(['cores', 'percent']) })),
});

export const evidenceBody = ({ idleSince, until, observedMs, highest }: Evidence): z.output<typeof evidenceShape> => ({
  idle_since: iso(idleSince),
  until: iso(until),
  observed_minutes: observedMs / minute,
  unobserved_minutes: (until - idleSince - observedMs) / minute,
  highest_gpu_percent: highest.gpuPercent,
  highest_cpu: highest.cpu ?? null,
});

/** One line of the ledger. Money is in USD, with what it was computed from. */
export const ledgerShape = z.object({
  id: z.string(),
  at: isoTime(),
  act: actShape,
  by: z.object({ kind: z.enum(['rule', 'person', 'others']), policy: z.nullable(z.string()) }),
  because: z.string(),
  runtime: z.nullable(
    z.object({
      project_id: z.string(),
      id: z.string(),
      name: z.string(),
      region_id: z.nullable(z.string()),
      gpu_config_id: z.nullable(z.string()),
      gpu_count: z.nullable(z.number()),
    }),
  ),
  evidence: z.nullable(evidenceShape),
  money: z.nullable(
    z.object({
      price_per_gpu_per_hour: z.number(),
      gpu_count: z.number(),
      usd_per_hour: z.number(),
      idle_hours: z.number(),
      usd_wasted: z.number(),
    }),
  ),
});

const runtimeOf = ({ runtime }: LedgerEntry): z.output<typeof ledgerShape>['runtime'] =>
  runtime === undefined
    ? null
    : {
        project_id: runtime.project,
        id: runtime.id,
        name: runtime.name,
        region_id: runtime.region ?? null,
        gpu_config_id: runtime.gpuConfigId ?? null,
        gpu_count: runtime.gpus ?? null,
      };

export const ledgerBody = (entry: LedgerEntry): z.output<typeof ledgerShape> => {
  const { id, at, act, who, because, evidence, money } = entry;
  return {
    id,
    at: iso(at),
    act,
    by: { kind: who.kind, policy: who.kind === 'rule' ? who.policy : null },
    because,
    runtime: runtimeOf(entry),
    evidence: evidence === undefined ? null : evidenceBody(evidence),
    money:
      money === undefined
        ? null
        : {
            price_per_gpu_per_hour: money.pricePerGpuHour,
            gpu_count: money.gpus,
            usd_per_hour: money.ratePerHour,
            idle_hours: money.idleMs / hour,
            usd_wasted: money.wasted,
          },
  };
};
