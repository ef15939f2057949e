import { execFile } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Invocation } from './bill-functions.ts';

/** What the log of some invocations takes in, and in how many invocations each metric appears (`function: metric`). */
export type LogBytes = { readonly bytes: number; readonly metrics: Readonly<Record<string, number>> };

/** CloudWatch counts so many bytes for each line beside its text. */
const bytesBesideALine = 26;
/** Lambda's own two lines, `platform.start` and `platform.report`, as JSON: assumed. */
const platformBytes = 500 + 2 * bytesBesideALine;

const writer = join(import.meta.dirname, 'bill-log-writer.ts');

const emf = z.object({
  service: z.string(),
  _aws: z.object({
    CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })),
  }),
});

const metricsIn = (line: string): string[] => {
  const parsed = emf.safeParse(line.startsWith('{') ? JSON.parse(line) : undefined);
  if (!parsed.success) return [];
  const { service, _aws } = parsed.data;
  return _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => `${service}: ${Name}`));
};

/** What the very telemetry of the handlers writes about the events of these invocations, in a process of its own. */
const writtenLines = (invocations: readonly Invocation[]): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [writer], { maxBuffer: 2 ** 29 }, (failure, stdout, stderr) => {
      if (failure === null) resolve(`${stdout}${stderr}`.split('\n').filter((line) => line !== ''));
      else reject(failure);
    });
    const told = invocations.map(({ name, events }) => ({ name, events }));
    child.stdin?.end(JSON.stringify(told));
  });

export const logBytesOf = async (invocations: readonly Invocation[]): Promise<LogBytes> => {
  const lines = await writtenLines(invocations);
  const text = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + bytesBesideALine, 0);
  const metrics = lines.flatMap(metricsIn);
  return {
    bytes: text + invocations.length * platformBytes,
    metrics: Object.fromEntries([...Map.groupBy(metrics, (name) => name)].map(([name, each]) => [name, each.length])),
  };
};
