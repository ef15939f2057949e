import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { median } from '#local/quantiles.ts';

const run = promisify(execFile);

/** Everything that an entry point reads on cold start. */
const environment = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  TABLE_NAME: 'warden',
  NOTICE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/notices',
  NOTICE_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/notices-dead',
  EVENT_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/events-dead',
  METRICS_NAMESPACE: 'GpuWarden/bench',
  PROVIDER_CREDENTIAL_PARAMETER: '/bench/provider-credential',
  LINKS_URL: 'https://links.example.com',
  LINK_KEYS_PARAMETER: '/bench/link-keys',
  CONFIGURATION_SET: 'bench',
};

const script = (file: string) => `
  const startedAt = performance.now();
  await import(${JSON.stringify(pathToFileURL(file).href)});
  process.stdout.write(String(performance.now() - startedAt));`;

/** Milliseconds that a new Node process needs to import a file. */
const importOnce = async (file: string): Promise<number> => {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script(file)], { env: environment });
  return Number(stdout);
};

/** Medians of as many runs, by file. The files take turns, so that whatever slows the machine down slows all of them. */
export const importTimes = async (files: readonly string[], runs: number): Promise<ReadonlyMap<string, number>> => {
  const times = new Map<string, number[]>(files.map((file) => [file, []]));
  // The first turn fills the file cache and does not count.
  for (let turn = 0; turn <= runs; turn += 1) {
    for (const file of files) {
      const time = await importOnce(file);
      if (turn > 0) times.get(file)?.push(time);
    }
  }
  return new Map([...times].map(([file, each]) => [file, median(each) ?? Number.NaN]));
};
