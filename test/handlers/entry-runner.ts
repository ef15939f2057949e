import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { bundleOptions } from '#infra/bundle.ts';

export const entryNames = [
  'watch-availability',
  'guard-runtimes',
  'send-notice',
  'links',
  'http-api',
  'note-bounces',
  'prepare-secrets',
] as const;
export type EntryName = (typeof entryNames)[number];
export type Variables = Readonly<Record<string, string>>;

const root = fileURLToPath(new URL('../..', import.meta.url));
export const sourceOf = (name: EntryName): string => join(root, 'functions/handlers', name, 'index.ts');

/** Puts settings from the environment in the place of `warden.config.ts`, so that one bundle serves every test. */
const settingsFromTheEnvironment: Plugin = {
  name: 'settings-from-the-environment',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^#config$/ }, () => ({ path: 'settings', namespace: 'test' }));
    onLoad({ filter: /.*/, namespace: 'test' }, () => ({
      contents: 'export default JSON.parse(process.env.TEST_SETTINGS);',
    }));
  },
};

/** Bundles every function as the stack does. `remove` takes the files away. */
export const bundleEntries = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'warden-bundles-'));
  await build({
    ...bundleOptions,
    entryNames: '[name]',
    entryPoints: Object.fromEntries(entryNames.map((name) => [name, sourceOf(name)])),
    outdir: folder,
    plugins: [settingsFromTheEnvironment],
  });
  return {
    folder,
    pathOf: (name: EntryName): string => join(folder, `${name}.mjs`),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};

// What the Lambda runtime does: imports the module once, then hands over one event after the other.
const runtime = `
  import { writeFile } from 'node:fs/promises';
  import { pathToFileURL } from 'node:url';
  const [path, events, answers] = process.argv.slice(1);
  const { handler } = await import(pathToFileURL(path)).catch((error) => {
    console.error(String(error));
    process.exit(1);
  });
  const told = [];
  for (const [number, event] of JSON.parse(events).entries()) {
    const context = { awsRequestId: 'request-' + number, functionName: 'warden', getRemainingTimeInMillis: () => 60_000 };
    told.push(await handler(event, context).catch((error) => ({ failed: String(error) })));
  }
  await writeFile(answers, JSON.stringify(told));
`;

type Ended = { readonly stdout: string; readonly stderr: string };
type Answer = Readonly<Record<string, unknown>>;
type Line = Readonly<Record<string, unknown>>;

/** A line of stdout as an object; one that is no JSON fails the test. */
const linesOf = (stdout: string): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line));

const nodeArguments = (path: string, events: readonly unknown[], answers: string) => [
  '--input-type=module',
  '-e',
  runtime,
  path,
  JSON.stringify(events),
  answers,
];

/** Runs a function in a process of its own, with these variables and no others; answers what it said and printed. */
export const runEntry = async (path: string, env: Variables, events: readonly unknown[] = []) => {
  const folder = await mkdtemp(join(tmpdir(), 'warden-answers-'));
  const answersPath = join(folder, 'answers.json');
  const options = { env: { ...env }, cwd: root, timeout: 15_000 };
  try {
    const ended: Ended = await promisify(execFile)(process.execPath, nodeArguments(path, events, answersPath), options);
    const answers: (Answer | null)[] = JSON.parse(await readFile(answersPath, 'utf8'));
    return { answers, lines: linesOf(ended.stdout), output: ended.stdout + ended.stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Imports a function that cannot start; answers what it printed, or undefined where it did start. */
export const failureToStart = (path: string, env: Variables): Promise<string | undefined> =>
  promisify(execFile)(process.execPath, nodeArguments(path, [], devNull), { env: { ...env }, cwd: root }).then(
    () => undefined,
    (failure: Ended) => failure.stderr,
  );
