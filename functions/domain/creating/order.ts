import { planKindOf } from '#domain/guardrails/particulars.ts';
import type { GpuConfig } from '#domain/offer.ts';
import type { RuntimeSpec } from '#domain/runtime.ts';
import { usualPlanId } from '#domain/usual-plan.ts';

/**
 * What somebody wants made: all of a runtime's spec but where, on which GPUs and on how many. `planId` missing: on demand, by the
 * usual form of the plans' ids.
 */
export type RuntimeOrder = Omit<RuntimeSpec, 'region' | 'gpuConfigId' | 'gpuCount' | 'planId'> & {
  readonly project: string;
  readonly planId?: string;
  /** Whether an operator ordered it. */
  readonly byOperator?: boolean;
};

/** An order without what only its making needs, and what may be secret. */
export const bareOrder = ({
  templateSpec: _spec,
  storage: _storage,
  sshKeys: _keys,
  ...bare
}: RuntimeOrder): RuntimeOrder => bare;

/** A spec without what only its making needs, and what may be secret. */
export const bareSpec = ({
  templateSpec: _spec,
  storage: _storage,
  sshKeys: _keys,
  ...bare
}: RuntimeSpec): RuntimeSpec => bare;

/** The place and the GPUs for an order. */
export type Place = {
  readonly region: string;
  readonly config: Pick<GpuConfig, 'configId' | 'gpuModel'>;
  readonly gpus: number;
};

export const specFor = (order: RuntimeOrder, { region, config, gpus }: Place): RuntimeSpec => {
  const { project: _project, byOperator: _by, planId = usualPlanId(config), ...rest } = order;
  return { ...rest, region, gpuConfigId: config.configId, gpuCount: gpus, planId };
};

/** A plan that is not on demand bills for its whole term, whatever is deleted: Warden makes no such runtimes. */
export const isMakeable = (planId: string | undefined): boolean =>
  planId === undefined || planKindOf(planId) === 'on-demand';
