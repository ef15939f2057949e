import { readSettings } from '#adapters/configuration/define-config.ts';
import type { Settings, SettingsInput } from '#adapters/configuration/settings.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import type { EmulatorControl, MetricsProfile } from '#local/emulator/emulator.ts';
import type { DeployPlan, HistoryPlan, OfferPlan, RuntimePlan, Use, UsePlan } from './plan.ts';

/** Monday, 2 November 2026, 09:00 UTC. */
export const historyStart: Instant = Date.UTC(2026, 10, 2, 9);

export const operator = 'operator@example.com';
export const linksUrl = 'https://links.example.com';
export const organisation = 'org-simulated';
export const project = 'prj-simulated';
export const region = 'as-south-1';

/** The configs of a history's offers, the first first; runtimes are of another. */
export const offerConfigs = [
  { configId: 'gpu-h100-80g-20cpu-125g', model: 'H100' },
  { configId: 'gpu-a100-80g-12cpu-125g', model: 'A100' },
  { configId: 'gpu-a30-24g-24cpu-192g', model: 'A30' },
] as const;
const runtimeConfig = 'gpu-h200-141g-20cpu-192g';

export const at = (minutes: number): Instant => historyStart + minutes * minute;
export const endOf = ({ troubledMinutes, healthyMinutes }: HistoryPlan): Instant =>
  at(troubledMinutes + healthyMinutes);

export const runtimeName = ({ owner }: RuntimePlan, index: number): string => `${owner}-rt${index}`;
export const watchAddress = (index: number): string => `watcher${index}@example.com`;

/** As short as settings allow, or shorter still, so that an hour has all of it. The lead is always the usual one. */
const ladderOf = ({ freshLead }: HistoryPlan) =>
  freshLead < 60
    ? { firstWarningAfter: '3m', lastWarningAfter: '8m', deleteAfter: '23m', lead: '15m', freshLead: `${freshLead}m` }
    : { firstWarningAfter: '5m', lastWarningAfter: '20m', deleteAfter: '35m', lead: '15m', freshLead: '60m' };

type Policy = NonNullable<NonNullable<SettingsInput['guardrails']>['policies']>[number];

const changedBy = (input: SettingsInput, change: DeployPlan['change'], plan: HistoryPlan): SettingsInput => {
  const withPolicy = (policy: Omit<Policy, 'name'>): SettingsInput => ({
    ...input,
    guardrails: { ...input.guardrails, policies: [{ name: 'short', ladder: ladderOf(plan), ...policy }] },
  });
  const [first] = plan.runtimes;
  switch (change) {
    case 'longer-ladder':
      return withPolicy({ ladder: { ...ladderOf(plan), lastWarningAfter: '35m', deleteAfter: '50m' } });
    case 'higher-threshold':
      return withPolicy({ idle: { gpuBelowPercent: 10 } });
    case 'exempt-first':
      return first === undefined
        ? input
        : {
            ...input,
            guardrails: { ...input.guardrails, exemptions: [{ name: runtimeName(first, 0), until: 'forever' }] },
          };
    case 'observe':
    case 'enforce':
      return { ...input, guardrails: { ...input.guardrails, mode: change } };
    case 'nothing':
      return input;
  }
};

/** How the emulator tells what the provider's reference leaves open: the same answers as by the defaults, read in less time. */
const plainMappings: SettingsInput['provider']['mappings'] = {
  runtime: {
    item: '@',
    id: 'id',
    name: 'name',
    region: 'region',
    status: 'status',
    planId: 'planId',
    createdAt: 'createdAt',
    updatedAt: 'updatedAt',
    message: 'message',
  },
  metrics: {
    samples: 'samples',
    sampledAt: 'timestamp',
    gpu: 'gpus[].utilizationPercent',
    gpuUnit: 'percent',
    cpu: 'cpu.usedCores',
    cpuUnit: 'cores',
    memory: 'memory.usedBytes',
    memoryUnit: 'bytes',
  },
};

/**
 * The settings of each deployment of a history, the one of its start first.
 *
 * @param hasDefaultMappings the provider's answers are read as they are where nobody sets how
 */
export const deploymentsOf = (plan: HistoryPlan, hasDefaultMappings: boolean): readonly Settings[] => {
  const first: SettingsInput = {
    provider: {
      runtimesUrl: 'http://provider.simulated/gpu',
      inventoryUrl: 'http://provider.simulated/inventory',
      tenantUrl: 'http://provider.simulated/tenant',
      organisation,
      projects: [project],
      callsPerSecond: 100,
      ...(hasDefaultMappings ? {} : { mappings: plainMappings }),
    },
    mail: { sender: 'warden@example.com', operator },
    availability: {
      readRequestsMinutes: 15,
      watches: plan.watches.map(({ offer, notify, by }, index) => {
        const config = offerConfigs[offer % offerConfigs.length] ?? offerConfigs[0];
        const what = by === 'config' ? { region, configId: config.configId } : { model: config.model };
        return { to: watchAddress(index), notify, ...what };
      }),
    },
    guardrails: {
      mode: plan.mode,
      unsafeShortLadder: plan.freshLead < 60,
      sampleOffsetSeconds: 5,
      limits: { deletionsPerTick: plan.limits.perTick, deletionsPerHour: plan.limits.perHour },
      owners: [{ name: '{owner}-*', to: '{owner}@example.com' }],
      policies: [{ name: 'short', ladder: ladderOf(plan) }],
    },
  };
  const inputs = [first];
  for (const { change } of plan.deploys) inputs.push(changedBy(inputs.at(-1) ?? first, change, plan));
  return inputs.map((input) => readSettings(input));
};

/** The uses of a runtime, with the time at which the whole fleet goes idle. */
export const usesOf = ({ uses }: RuntimePlan, massIdleAt: number | undefined): readonly UsePlan[] => {
  if (massIdleAt === undefined) return uses;
  return [{ minute: massIdleAt, use: 'idle' }, ...uses.filter((each) => each.minute > massIdleAt)];
};

/** What a runtime does at a minute, by its plan. */
export const useAt = (uses: readonly UsePlan[], minutes: number): Use =>
  uses.findLast((each) => each.minute <= minutes)?.use ?? 'busy';

const levels: Readonly<Record<Exclude<Use, 'gap'>, { readonly gpuPercent: number; readonly cpuCores: number }>> = {
  idle: { gpuPercent: 0.4, cpuCores: 0.1 },
  busy: { gpuPercent: 85, cpuCores: 4 },
  'busy-cpu': { gpuPercent: 0.4, cpuCores: 3 },
};

/** Seconds between two samples of a runtime's use. */
export const sampleSeconds = 90;

const profileOf = (runtime: RuntimePlan, plan: HistoryPlan): MetricsProfile => {
  const uses = usesOf(runtime, plan.massIdleAt);
  const minutes = plan.troubledMinutes + plan.healthyMinutes;
  const samples = [];
  for (let seconds = -4 * sampleSeconds; seconds <= minutes * 60; seconds += sampleSeconds) {
    const use = useAt(uses, seconds / 60);
    if (use !== 'gap') samples.push({ at: historyStart + seconds * second, ...levels[use] });
  }
  const { busyOnCall } = runtime;
  return { kind: 'series', samples, ...(busyOnCall === undefined ? {} : { busyOnCall }) };
};

const conducts = {
  usual: {},
  'ignores-delete': { ignoreDeleteFor: 15 * 60 },
  'refuses-delete': { refuseDelete: 409 as const },
  'terminates-slowly': { terminatingFor: 12 * 60 },
  reappears: { reappearAfter: 5 * 60 },
} as const;

const plans = { 'on-demand': {}, reserved: { planId: 'gpu-h200-reserved-3m' }, unreadable: { planId: 'h200-special' } };

/** Adds a runtime as it is at the start; answers its id. */
export const addRuntime = (control: EmulatorControl, plan: HistoryPlan, index: number): string => {
  const runtime = plan.runtimes[index];
  if (runtime === undefined) throw new RangeError(`The plan has no runtime ${index}.`);
  const { id } = control.addRuntime({
    name: runtimeName(runtime, index),
    project,
    region,
    configId: runtimeConfig,
    gpuCount: runtime.gpus,
    createdMinutesAgo: Math.max(0, runtime.ageMinutes),
    metrics: profileOf(runtime, plan),
    ...plans[runtime.plan],
    ...conducts[runtime.conduct],
  });
  return id;
};

/** GPUs of an offer that are free at a minute. */
export const freeAt = ({ free }: OfferPlan, minutes: number): number | 'unlisted' =>
  free.findLast((each) => each.minute <= minutes)?.gpus ?? 0;

/** Shows an offer as its plan has it from now on. */
export const showOffer = (control: EmulatorControl, index: number, gpus: number | 'unlisted'): void => {
  const name = { configId: offerConfigs[index % offerConfigs.length]?.configId ?? '', region };
  if (gpus === 'unlisted') control.removeOffer(name);
  else control.setOffer({ ...name, available: gpus, total: 8, largestBlock: gpus });
};
