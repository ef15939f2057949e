import { nameWords, oneLine } from '#adapters/look/one-line.ts';
import { useWords } from '#adapters/mail/evidence-words.ts';
import type { ProviderClient } from '#adapters/provider/client.ts';
import { parsedJson } from '#adapters/provider/json.ts';
import { type Reading, readUse } from '#domain/guardrails/reading.ts';
import type { Runtime, RuntimeMetrics } from '#domain/runtime.ts';
import { counted } from '../../console-line.ts';
import { type ReadSample, samplesOf, unreadOf } from '../../plan/samples.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, NotLookedAt, ok, type Step, warning } from './finding.ts';
import { askProvider, providerFault } from './provider.ts';

/** One that is just starting may not be readable yet; three that are not, are a fault. */
const mostAsked = 3;

const figure = (value: number) => String(Math.round(value * 1_000) / 1_000);

const mostShown = 8;

/** `GPU 0, percent: 93 91`, of many the newest; `unstated` where nobody says what unit it has. */
const sourceWords = (samples: readonly ReadSample[]): string => {
  const [{ of, gpu, unit } = { of: '', unit: '' }] = samples;
  const name = of === 'gpu' ? `GPU ${oneLine(gpu ?? '', 40)}`.trim() : of;
  const many = samples.length > mostShown ? `${samples.length} samples: … ` : '';
  const values = samples.slice(-mostShown).map(({ value }) => figure(value));
  return `  ${name}, ${unit}: ${many}${values.join(' ')}`;
};

const readWords = (metrics: RuntimeMetrics): readonly string[] => {
  const sources = Map.groupBy(samplesOf(metrics), ({ of, gpu = '' }) => `${of} ${gpu}`);
  return [
    ...[...sources.values()].map(sourceWords),
    ...unreadOf(metrics).map((because) => `  ${oneLine(because, 300)}`),
  ];
};

const explainStep = (name: string): Step => ({
  words: 'See the answer beside what is read from it, and fit provider.mappings.metrics: docs/provider-mappings.md.',
  command: `NEEVCLOUD_TOKEN=pat-nc-… npm run explain -- '${name.replaceAll("'", '')}' --raw`,
});

/** What a runtime's metrics were read as. `body`: the answer as it came. */
export const judgeMetrics = (
  { name }: Pick<Runtime, 'name'>,
  metrics: RuntimeMetrics,
  reading: Reading,
  body: string | undefined,
): Judgement => {
  const called = nameWords(name);
  const details = readWords(metrics);
  const raw = body === undefined ? {} : { raw: parsedJson(body) ?? body };
  if (reading.state === 'unknown') {
    const seen = `${called}: its use is unknown, so that it is never deleted: ${oneLine(reading.because, 300)}`;
    return { ...broken([seen, ...details], explainStep(called)), ...raw };
  }
  const seen = [`${called}: ${useWords(reading.use)}`, ...details];
  if (reading.unitStated) return { ...ok(...seen), ...raw };
  const step = {
    words: 'Look at the answer, and set provider.mappings.metrics.gpuUnit; enforce is refused until then.',
  };
  return { ...warning([...seen, "  nobody says what unit the GPU's numbers have"], step, explainStep(called)), ...raw };
};

const readOne = async (facts: Facts, provider: ProviderClient, runtime: Runtime): Promise<Judgement> => {
  const metrics = await provider.getRuntimeMetrics(runtime, { signal: facts.signal });
  const known = runtime.gpuCount === undefined ? {} : { gpuCount: runtime.gpuCount };
  const reading = readUse(metrics, { cpuReported: false, ...known });
  const [, body] = [...facts.rawMetrics].find(([url]) => url.endsWith(`/${runtime.id}/metrics`)) ?? [];
  return judgeMetrics(runtime, metrics, reading, body);
};

const runningIn = async ({ runtimesOf }: Facts, projects: readonly string[]): Promise<readonly Runtime[]> => {
  const listings = await Promise.allSettled(projects.map(runtimesOf));
  const came = listings.flatMap((listing) => (listing.status === 'fulfilled' ? [listing.value] : []));
  if (came.length === 0) throw new NotLookedAt("no project's runtimes could be listed");
  return came
    .flatMap(({ rows }) => rows.map(({ value }) => value))
    .filter(({ status }) => status === 'Running')
    .sort((a, b) => a.name.localeCompare(b.name));
};

/** Reads the metrics of a running runtime; of up to three, until one can be read. */
export const lookAtMetrics = async (facts: Facts): Promise<Judgement> => {
  const { provider, settings, setToken } = await askProvider(facts);
  const running = await runningIn(facts, settings.projects);
  if (running.length === 0) return ok('no runtime is running, so that there are no metrics to read');
  const failed: Judgement[] = [];
  for (const runtime of running.slice(0, mostAsked)) {
    try {
      const judged = await readOne(facts, provider, runtime);
      if (judged.verdict !== 'broken') return judged;
      failed.push(judged);
    } catch (failure) {
      const fault = providerFault(failure, settings, setToken);
      failed.push({ ...fault, seen: fault.seen.map((line) => `${nameWords(runtime.name)}: ${line}`) });
    }
  }
  const [first] = failed;
  const tried = `${counted(failed.length, 'running runtime')} of ${running.length} tried, none could be read:`;
  return { ...joined([broken(tried), ...failed]), ...(first?.raw === undefined ? {} : { raw: first.raw }) };
};
