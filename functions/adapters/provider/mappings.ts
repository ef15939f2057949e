import * as z from 'zod/mini';
import { described } from '#adapters/configuration/field.ts';
import { expressionFault } from './expression.ts';
import { defaultMetricExpressions } from './metric-expressions.ts';

/** A JMESPath expression that can be used. Setting one replaces the default, which tries several likely names. */
const expression = (usual: string, description: string) =>
  described(
    description,
    z._default(
      z.string({ error: 'a JMESPath expression' }).check(
        z.refine((text) => expressionFault(text) === undefined, {
          error: (issue) => `a JMESPath expression: ${expressionFault(String(issue.input))}`,
        }),
      ),
      usual,
    ),
  );

const item = (usual: string) => expression(usual, 'From the answer to the object that all the others are read from.');

const gpuConfig = z.strictObject({
  item: item('data || @'),
  configId: expression('config_id || configId || id', 'Id of the config.'),
  gpuModel: expression('gpu_model || gpuModel || model', 'Name of the GPU.'),
  gpuVendor: expression('gpu_vendor || gpuVendor || vendor', 'Maker of the GPU.'),
  vramGib: expression('vram_gib || vramGib', "One GPU's memory in GiB."),
  cpuCores: expression('default_cpu_cores || defaultCpuCores || cpu_cores', 'CPU cores.'),
  memoryGib: expression('default_memory_gib || defaultMemoryGib || memory_gib', 'Memory in GiB.'),
  pricePerGpuHour: expression('price_per_gpu_per_hour || pricePerGpuPerHour', 'USD for one GPU for one hour.'),
});

const notificationRequest = z.strictObject({
  items: expression(
    "[@, data, requests, items][?type(@) == 'array'] | [0]",
    'From the answer that lists the requests to the list.',
  ),
  item: item('data || request || @'),
  id: expression('id || request_id || requestId || uuid', 'Id of the request.'),
  region: expression('region_id || regionId || region', 'Region waited for.'),
  configId: expression('config_id || configId || gpu_config_id || gpuConfigId', 'Config waited for.'),
  status: expression('status || state', 'Where the request stands; carried as it is.'),
  createdAt: expression(
    'created_at || createdAt',
    'When it was made (ISO 8601, or seconds or milliseconds since 1970).',
  ),
  notifiedAt: expression('notified_at || notifiedAt', 'When the provider told the account.'),
});

const runtime = z.strictObject({
  item: item('data || airuntime || runtime || @'),
  id: expression('id || airuntimeID || airuntimeId || uuid', 'Id of the runtime.'),
  name: expression('name || displayName', 'Its name.'),
  region: expression('region || regionID || regionId', 'Its region.'),
  status: expression('status.phase || status.state || status || state', 'Its status; carried as it is.'),
  gpuConfigId: expression(
    'gpuConfigID || gpuConfigId || gpuConfig.configID || gpuConfig.configId || gpuConfig.config_id || gpuConfig.id || gpuConfig',
    'Id of its GPU config.',
  ),
  gpuCount: expression('gpuCount || gpuConfig.gpuCount || gpuConfig.count', 'Number of its GPUs.'),
  templateId: expression('templateID || templateId', 'Template that it was made from.'),
  templateSpec: expression('templateSpec || spec', 'What it runs; kept as it is, to create it again.'),
  planId: expression('planId || planID || plan.id', 'Plan that it bills by.'),
  storage: expression('storage', 'Its storage; kept as it is, to create it again.'),
  sshKeys: expression(
    "[sshKeys, sshKeyIds][?type(@) == 'array'] | [0]",
    'List of its SSH keys; an empty one says that there are none.',
  ),
  createdAt: expression('createdAt || created_at', 'When it was created.'),
  updatedAt: expression('updatedAt || updated_at', 'When it last changed.'),
  message: expression('message || status.message || statusMessage', "The provider's word on its status."),
});

const { samples, sampledAt, gpu, cpu, memory } = defaultMetricExpressions;
const points = 'Gives a number, `{value, unit?, at?, gpu?}`, or a list of these.';
const unit = (of: string) =>
  described(
    `Unit of ${of} where the answer names none. Look at real answers before you set it.`,
    z.optional(z.enum(['percent', 'fraction', 'cores', 'bytes', 'gib'])),
  );

const metrics = z.strictObject({
  samples: expression(samples, 'From the answer to its list of samples; an object is a list of one.'),
  sampledAt: expression(sampledAt, 'From a sample to the time it was taken; else from the answer.'),
  gpu: expression(gpu, `From a sample to the use of its GPUs. ${points}`),
  cpu: expression(cpu, `From a sample to the use of the CPU. ${points}`),
  memory: expression(memory, `From a sample to the use of memory. ${points}`),
  gpuUnit: unit('GPU use'),
  cpuUnit: unit('CPU use'),
  memoryUnit: unit('memory use'),
});

/** How answers are read whose shape the provider has not published. Each field has a default, so that `{}` is valid. */
export const mappingSettings = z.strictObject({
  gpuConfig: described('GET …/inventory/gpuconfig', z.prefault(gpuConfig, {})),
  notificationRequest: described('GET and POST …/notify-availability', z.prefault(notificationRequest, {})),
  runtime: described('GET and POST …/airuntimes, GET …/airuntimes/{id}', z.prefault(runtime, {})),
  metrics: described('GET …/airuntimes/{id}/metrics', z.prefault(metrics, {})),
});

export type Mappings = z.output<typeof mappingSettings>;
