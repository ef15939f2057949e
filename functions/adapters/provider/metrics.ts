import * as z from 'zod/mini';
import type { RuntimeAddress, RuntimeMetrics, Usage } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { CallOptions } from './abort.ts';
import { type Api, addressOf } from './api.ts';
import { find, found } from './expression.ts';
import type { Mappings } from './mappings.ts';
import { answerJson } from './understand.ts';
import { readGpus, readOne, usageOf } from './usage.ts';

type MetricMapping = Mappings['metrics'];

const sampleList = z.array(z.object({ at: z.unknown(), points: z.unknown() }));

/** One quantity in all samples, in one search: each costs far more to begin than to go on with. */
const quantity = (name: 'gpu' | 'cpu' | 'memory', mapping: MetricMapping, body: unknown): Usage => {
  const everySample = `[(${mapping.samples})][].{at: (${mapping.sampledAt}), points: (${mapping[name]})}`;
  const samples = find(everySample, body);
  if (!samples.understood) {
    return { state: 'unreadable', samples: [], because: `${name}: the mapping cannot be used: ${samples.because}` };
  }
  const unit = mapping[`${name}Unit`];
  const around = { at: found(mapping.sampledAt, body), ...(unit === undefined ? {} : { unit }) };
  const read = name === 'gpu' ? readGpus : readOne;
  const readings = sampleList
    .parse(samples.value ?? [])
    .map(({ at, points }) => read(points, { ...around, at: at ?? around.at }));
  return usageOf(name, readings);
};

/** Reads a metrics answer by the mappings. `answeredAt` is the answer's `Date`. */
export const readMetrics = (
  mapping: MetricMapping,
  body: unknown,
  times: { readonly askedAt: Instant; readonly answeredAt?: Instant },
): RuntimeMetrics => {
  return {
    ...times,
    gpu: quantity('gpu', mapping, body),
    cpu: quantity('cpu', mapping, body),
    memory: quantity('memory', mapping, body),
  };
};

export const createMetricCalls = (api: Api) => ({
  /** Real-time use of GPUs, CPU and memory. What cannot be read is said in the value; only the call itself can fail. */
  getRuntimeMetrics: async (runtime: RuntimeAddress, options: CallOptions = {}): Promise<RuntimeMetrics> => {
    const operation = 'getRuntimeMetrics';
    const path = ['orgs', api.organisation, 'projects', runtime.project, 'airuntimes', runtime.id, 'metrics'];
    const url = addressOf(`${api.runtimesUrl}/api/v1beta1`, path).href;
    const answer = await api.send({ operation, method: 'GET', url, repeat: 'freely' }, options);
    const { askedAt, answeredAt } = answer;
    const times = { askedAt, ...(answeredAt === undefined ? {} : { answeredAt }) };
    return readMetrics(api.mappings.metrics, answerJson(operation, answer), times);
  },
});
