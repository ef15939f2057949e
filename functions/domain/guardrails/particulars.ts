import type { Runtime, RuntimeDetail, RuntimeSpec } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';

/** What a runtime's plan says of deleting it: on demand saves money, reserved saves none, unreadable may be either. */
export type PlanKind = 'on-demand' | 'reserved' | 'unreadable';

/** The parts that a runtime is made from again. */
export type SpecPart = 'config' | 'GPU count' | 'plan' | 'template' | 'SSH keys' | 'storage';

/**
 * What was learned of a runtime from its detail, before anything is done about it. `unsaved`: the parts that the provider
 * does not tell, and that can therefore not be saved. `volume`: whether it has a network volume, as far as is known.
 */
export type Particulars = {
  readonly readAt: Instant;
  readonly plan: PlanKind;
  readonly planId?: string;
  readonly region: string;
  readonly gpuConfigId?: string;
  readonly gpuCount?: number;
  readonly unsaved: readonly SpecPart[];
  readonly volume: 'network' | 'other' | 'unknown';
};

/** By the words in the plan's id; a plan that says neither is unreadable. */
export const planKindOf = (planId: string | undefined): PlanKind => {
  const words = planId?.toLowerCase().replace(/[^a-z0-9]+/g, ' ') ?? '';
  if (/\b(reserved|reservation|committed|commitment)\b|\b\d+ ?(m|mo|month|months|y|yr|year|years)\b/.test(words)) {
    return 'reserved';
  }
  return /\bon ?demand\b/.test(words) ? 'on-demand' : 'unreadable';
};

/** Parts without which a runtime cannot be made again at all. */
const essential: ReadonlySet<SpecPart> = new Set(['config', 'GPU count', 'plan', 'template']);

/** Whether a runtime can be made again from what was saved of it. */
export const canRecreate = (unsaved: readonly SpecPart[]): boolean => !unsaved.some((part) => essential.has(part));

const unsavedOf = (detail: RuntimeDetail): SpecPart[] => {
  const parts: readonly (readonly [SpecPart, unknown])[] = [
    ['config', detail.gpuConfigId],
    ['GPU count', detail.gpuCount],
    ['plan', detail.planId],
    ['template', detail.templateId ?? detail.templateSpec],
    ['SSH keys', detail.sshKeys],
    ['storage', detail.storage],
  ];
  return parts.filter(([, value]) => value === undefined || value === null).map(([part]) => part);
};

/** Whether anything says so: a text, or a name under which something stands. */
const saysNetwork = (value: unknown): boolean => {
  if (typeof value === 'string') return /network/i.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => (/network/i.test(name) && Boolean(inner)) || saysNetwork(inner));
};

const volumeOf = ({ storage }: RuntimeDetail): Particulars['volume'] => {
  if (storage === undefined || storage === null) return 'unknown';
  return saysNetwork(storage) ? 'network' : 'other';
};

/** A detail with what it leaves out and the listing tells. */
export const completedBy = (detail: RuntimeDetail, { gpuCount, gpuConfigId, planId }: Runtime): RuntimeDetail => ({
  ...(gpuCount === undefined ? {} : { gpuCount }),
  ...(gpuConfigId === undefined ? {} : { gpuConfigId }),
  ...(planId === undefined ? {} : { planId }),
  ...detail,
});

export const particularsOf = (detail: RuntimeDetail, readAt: Instant): Particulars => ({
  readAt,
  region: detail.region,
  ...(detail.gpuConfigId === undefined ? {} : { gpuConfigId: detail.gpuConfigId }),
  plan: planKindOf(detail.planId),
  ...(detail.planId === undefined ? {} : { planId: detail.planId }),
  ...(detail.gpuCount === undefined ? {} : { gpuCount: detail.gpuCount }),
  unsaved: unsavedOf(detail),
  volume: volumeOf(detail),
});

/** What a deleted runtime is made again from; undefined where an essential part is not known. A template wins over its spec. */
export const specOf = (detail: RuntimeDetail): RuntimeSpec | undefined => {
  const { name, region, gpuConfigId, gpuCount, planId, templateId, templateSpec, sshKeys, storage } = detail;
  if (gpuConfigId === undefined || gpuCount === undefined || planId === undefined) return undefined;
  if (!canRecreate(unsavedOf(detail))) return undefined;
  return {
    name,
    region,
    gpuConfigId,
    gpuCount,
    planId,
    ...(templateId === undefined ? { templateSpec } : { templateId }),
    ...(sshKeys === undefined ? {} : { sshKeys }),
    ...(storage === undefined || storage === null ? {} : { storage }),
  };
};
