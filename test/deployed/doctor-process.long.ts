import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort, loopback } from '#local/engines/loopback.ts';
import { linkSecret, startStage } from './doctor-stage.ts';

let folder: string;
let config: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gpu-warden-doctor-'));
  config = join(folder, 'warden.config.mjs');
  const provider = { organisation: 'org-a', projects: ['prj-a'] };
  const mail = { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' };
  await writeFile(config, `export default ${JSON.stringify({ provider, mail })}`);
});
afterAll(() => rm(folder, { recursive: true }));

type Ran = { readonly out: string; readonly err: string; readonly code: number; readonly seconds: number };

/** Runs the doctor as npm does, with nothing of the caller's own environment but the path. */
const run = (words: readonly string[], environment: Record<string, string>) =>
  new Promise<Ran>((resolve) => {
    const startedAt = Date.now();
    const env = { PATH: process.env.PATH ?? '', HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...environment };
    const options = { env, timeout: 25_000 };
    const child = execFile(process.execPath, ['local/deployed/doctor.ts', ...words], options, (_error, out, err) =>
      resolve({ out, err, code: child.exitCode ?? -1, seconds: (Date.now() - startedAt) / 1_000 }),
    );
  });

const secret = 'wJalrXUtnFEMI-secret';
const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: secret };

type Shown = { name: string; verdict: string; seen: string[] };
const findingsOf = (out: string): Shown[] => JSON.parse(out).findings;

/** Takes connections and never says a word. */
const startMute = async (): Promise<string> => {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy()));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, loopback, resolve));
  onTestFinished(() => void server.close());
  return `http://${loopback}:${port}`;
};

describe('an AWS that cannot be reached', () => {
  test.each([
    ['nobody listens', async () => `http://${loopback}:${await freePort()}`],
    ['it never answers', startMute],
  ])('%s: exit code 1 within 15 s, one reason, and no secret', async (_, endpointOf) => {
    const environment = { ...keys, AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: await endpointOf() };
    const { out, err, code, seconds } = await run(['--stage', 'prod', '--config', config, '--json'], environment);
    expect({ err, code }).toEqual({ err: '', code: 1 });
    expect(seconds).toBeLessThan(15);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(out).not.toContain(secret);
    const judged = findingsOf(out).filter(({ verdict }) => verdict !== 'not-looked-at');
    expect(judged.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(['settings ok', 'stack broken', 'mode ok']);
    expect(judged[1]?.seen[0]).toMatch(/^AWS cannot be reached: /);
  });
});

describe('a stage that is well, but for a token in a name and a secret in a reason', () => {
  const sick = async () => {
    const stage = await startStage();
    const { account, emulator, settings, environment } = stage;
    emulator.control.addRuntime({ name: `named-${emulator.token}`, metrics: { kind: 'idle' }, createdMinutesAgo: 600 });
    Object.assign(account.stack ?? {}, { status: 'UPDATE_ROLLBACK_COMPLETE', reason: `${linkSecret} was refused` });
    const own = join(folder, 'stage.config.mjs');
    await writeFile(own, `export default ${JSON.stringify(settings)}`);
    const words = ['--stage', 'prod', '--config', own, '--region', 'eu-central-1'];
    return { stage, words, environment: { ...keys, ...environment } };
  };

  test('exit code 0, both are warnings, and neither token nor secret is shown', async () => {
    const { stage, words, environment } = await sick();
    const json = await run([...words, '--json'], environment);
    const page = await run(words, { ...environment, COLUMNS: '400' });
    for (const { out, err, code } of [json, page]) {
      expect({ err, code }).toEqual({ err: '', code: 0 });
      expect(out).toContain('[not shown] was refused');
      expect(out).toContain('named-[not shown]');
      for (const hidden of [stage.emulator.token, linkSecret, secret]) expect(out).not.toContain(hidden);
    }
    const troubled = findingsOf(json.out).filter(({ verdict }) => verdict !== 'ok');
    expect(troubled.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(['stack warning', 'links warning']);
  });
});

test.each([
  ['no credentials', { AWS_REGION: 'eu-central-1' }, /✗ stack .*there are no AWS credentials/, 'aws sso login'],
  ['no region', keys, /✗ stack .*no AWS region is set/, '--region'],
])('%s', async (_, environment, seen, doThis) => {
  const { out, err, code } = await run(['--stage', 'prod', '--config', config], environment);
  expect({ err, code }).toEqual({ err: '', code: 1 });
  expect(out).toMatch(seen);
  expect(out).toContain(doThis);
  expect(out).not.toContain('\u001b');
});

test('settings as they come, and none at all', async () => {
  const shipped = await run(['--stage', 'prod'], keys);
  expect(shipped.out).toMatch(/✗ settings +warden\.config\.ts has \d+ placeholders:/);
  const none = await run(['--stage', 'prod', '--config', join(folder, 'none.ts')], keys);
  expect(none.out).toMatch(/✗ settings .*none\.ts cannot be used:/);
  expect([shipped.code, none.code]).toEqual([1, 1]);
});
