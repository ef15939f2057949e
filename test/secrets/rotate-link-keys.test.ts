import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLinks, type LinkKey } from '#adapters/links.ts';
import { linkKeysIn, linkKeysText } from '#adapters/secrets/link-keys.ts';
import { day } from '#domain/time.ts';
import { readRotateCommand } from '#local/deployed/rotate-link-keys-command.ts';
import { rotationPage } from '#local/deployed/rotate-link-keys-page.ts';
import { rotateLinkKeys } from '#local/deployed/rotate-link-keys-run.ts';
import { failureOf, keysName, noon } from './given.ts';
import { account, region, startParameterStore } from './parameter-store.ts';

const keyOf = (version: string): LinkKey => ({ version, secret: `${version}-${'s'.repeat(40)}` });
const textOf = (...versions: string[]): string => linkKeysText(versions.map(keyOf));

const start = async (value?: string) => {
  const store = await startParameterStore();
  if (value !== undefined) store.set(keysName, value);
  const ssm = store.client();
  onTestFinished(async () => {
    ssm.destroy();
    await store.close();
  });
  let days = 0;
  return {
    store,
    rotate: (keep = 3, create = false) => {
      days += 1;
      const clock = () => noon + days * day;
      return rotateLinkKeys({ ssm, clock, randomBytes }, { stage: 'test', keep, create });
    },
    versions: () => linkKeysIn(store.value(keysName), keysName).map(({ version }) => version),
  };
};

describe('a rotation', () => {
  test('puts a new key in front; links of the key before are still good', async () => {
    const { store, rotate, versions } = await start(textOf('a'));
    const baseUrl = 'https://links.example.com';
    const before = createLinks({ keys: [keyOf('a')], baseUrl });
    const facts = { recipientId: 'ada', mailId: 'm1', expiresAt: noon + 90 * day };
    const token = new URL(before.unsubscribeUrl(facts)).searchParams.get('token') ?? '';
    const rotation = await rotate();
    expect(versions()).toEqual([rotation.signing, 'a']);
    expect(rotation).toMatchObject({ parameter: keysName, kept: ['a'], dropped: [] });
    const after = createLinks({ keys: linkKeysIn(store.value(keysName), keysName), baseUrl });
    expect(after.readToken(token, 'unsubscribe', noon)).toMatchObject({ valid: true });
    expect(after.unsubscribeUrl(facts)).toContain(`token=${rotation.signing}.`);
  });

  test('keeps the newest, as many as it is told', async () => {
    const { rotate, versions } = await start(textOf('c', 'b', 'a'));
    expect(await rotate(3)).toMatchObject({ kept: ['c', 'b'], dropped: ['a'] });
    expect(await rotate(1)).toMatchObject({ kept: [], dropped: [expect.stringMatching(/^20261103-/), 'c', 'b'] });
    expect(versions()).toEqual([expect.stringMatching(/^20261104-[0-9a-f]{6}$/)]);
  });

  test('with the most keys that it may keep fits into a parameter without a price', async () => {
    const { store, rotate } = await start(textOf('a'));
    for (let times = 0; times < 25; times += 1) await rotate(20);
    expect(store.value(keysName)?.length).toBeLessThan(4_096);
  });

  test('loses no key that somebody else puts there meanwhile', async () => {
    const { store, rotate, versions } = await start(textOf('a'));
    let meanwhile = 2;
    store.after('GetParameter', () => {
      if (meanwhile > 0) store.set(keysName, textOf(`theirs-${meanwhile}`, 'a'));
      meanwhile -= 1;
    });
    const rotation = await rotate(5);
    expect(versions()).toEqual([rotation.signing, 'theirs-1', 'theirs-2', 'a']);
    expect(rotation.kept).toEqual(['theirs-1', 'theirs-2', 'a']);
  });

  test('gives up where somebody else never stops', async () => {
    const { store, rotate } = await start(textOf('a'));
    let count = 0;
    store.after('GetParameter', () => {
      count += 1;
      store.set(keysName, textOf(`theirs-${count}`));
    });
    expect((await failureOf(rotate())).message).toContain(`Somebody else changes ${keysName} all the time`);
  });
});

describe('keys that are missing or of no use', () => {
  test.each([
    ['missing', undefined, 'There is no parameter /gpu-warden-test/link-keys in this account and region'],
    ['of no use', 'secret-nonsense', 'does not hold keys as version:secret'],
  ])('%s: refused, and made anew by whoever says so', async (_, value, words) => {
    const { rotate, versions, store } = await start(value);
    const { message } = await failureOf(rotate());
    expect(message).toContain(words);
    expect(message).toContain('--create');
    expect(message).not.toContain('nonsense');
    expect(store.value(keysName)).toBe(value);
    const { signing, kept, dropped } = await rotate(3, true);
    expect(versions()).toEqual([signing]);
    expect([kept, dropped]).toEqual([[], []]);
  });

  test('those that are good are kept, even by whoever says so', async () => {
    const { rotate, versions } = await start(textOf('a'));
    await rotate(3, true);
    expect(versions()).toEqual([expect.any(String), 'a']);
  });
});

test('what it means is told in a few lines', () => {
  const rotation = { parameter: keysName, signing: 'n', kept: ['b', 'a'], dropped: ['z'] };
  expect(rotationPage(rotation, noon)).toEqual([
    '/gpu-warden-test/link-keys: the new key n is in its place.',
    'It signs links from now on; the last function uses it in five minutes.',
    'Kept: b, a. Links that they signed work until they end by themselves, the last on 2027-01-31.',
    'Dropped: z. Links that they signed, and that had not ended yet, do not work any more.',
  ]);
});

test.each([
  [['--keep', '0'], '--keep: a whole number from 1 to 20'],
  [['--keep', '21'], '--keep: a whole number from 1 to 20'],
  [['--keep', '1.5'], '--keep: a whole number from 1 to 20'],
  [['--stage', 'Prod'], '--stage: the name of a stage'],
  [['--stage', 'prod/../other'], '--stage: the name of a stage'],
  [['--what'], 'unknown option'],
  [['prod'], 'too many arguments'],
])('a command line that cannot be meant: %s', (words, message) => {
  expect(readRotateCommand(words)).toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
});

describe('npm run rotate-link-keys', () => {
  const script = join(import.meta.dirname, '../../local/deployed/rotate-link-keys.ts');
  type Ended = { readonly code?: number; readonly stdout: string; readonly stderr: string };
  const run = (env: Readonly<Record<string, string>>, ...words: string[]): Promise<Ended> =>
    promisify(execFile)(process.execPath, [script, ...words], { env: { HOME: '/nowhere', ...env } }).catch(
      (error: Ended) => error,
    );
  const credentials = { AWS_ACCESS_KEY_ID: account.accessKeyId, AWS_SECRET_ACCESS_KEY: account.secretAccessKey };

  test('rotates the keys of the stage, and prints no secret', async () => {
    const { store, versions } = await start(textOf('a'));
    const env = { ...credentials, AWS_REGION: region, AWS_ENDPOINT_URL: store.endpoint };
    const { stdout, stderr, code } = await run(env, '--stage', 'test', '--keep', '2');
    expect({ stderr, code }).toEqual({ stderr: '', code: undefined });
    expect(stdout).toContain(`the new key ${versions()[0]} is in its place`);
    for (const { secret } of linkKeysIn(store.value(keysName), keysName)) expect(stdout).not.toContain(secret);
  });

  test('of a stage that is not there says so', async () => {
    const { store } = await start();
    const env = { ...credentials, AWS_REGION: region, AWS_ENDPOINT_URL: store.endpoint };
    const { stderr, code } = await run(env, '--stage', 'nowhere');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no parameter /gpu-warden-nowhere/link-keys in this account and region');
  });

  test.each([
    ['no region', credentials, 'no AWS region is set'],
    [
      'an address where nobody answers',
      { ...credentials, AWS_REGION: region, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      'AWS cannot be reached',
    ],
  ])('%s: one message, and nothing of the stack', async (_, env, words) => {
    const { stderr, code } = await run(env, '--stage', 'test');
    expect(code).toBe(1);
    expect(stderr).toContain(`The keys could not be rotated: ${words}`);
    expect(stderr).not.toContain('    at ');
  });
});
