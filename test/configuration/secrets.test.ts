import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readSettings, SettingsError } from '#adapters/configuration/define-config.ts';
import { EnvironmentError, readEnvironment } from '#adapters/configuration/environment.ts';
import { shown } from '#adapters/configuration/secret.ts';
import { settingsWith, settingsWithWatches } from './example.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXdpdGgtZW5vdWdo';
const secrets = [
  'pat-nc-0123456789abcdef',
  'PAT-NC-0123456789abcdef',
  'sk-nc-0123456789abcdef',
  jwt,
  jwt.slice(0, 30),
  'Bearer opaque-0123456789',
  'https://alice:opaque-0123@api.gpu.dev/gpu',
  `https://api.gpu.dev/gpu?token=${jwt}`,
  'AKIAABCDEFGHIJKLMNOP',
  '-----BEGIN EC PRIVATE KEY-----\nopaque',
];

const messageOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsError || error instanceof EnvironmentError)
      return `${error.message}${JSON.stringify(error)}`;
    throw error;
  }
  throw new Error('no fault found');
};

describe.each(secrets)('%s is refused and not echoed', (secret) => {
  test.each([
    ['as a text', settingsWith({ provider: { organisation: secret } })],
    ['as one of a list', settingsWith({ provider: { projects: [secret] } })],
    ['as an address', settingsWith({ provider: { runtimesUrl: secret } })],
    ['as a mail address', settingsWith({ mail: { sender: secret } })],
    ['as a time zone', settingsWith({ mail: { timeZone: secret } })],
    ['as a choice', settingsWithWatches({ notify: secret })],
    ['as a number', settingsWith({ availability: { mailsPerHour: secret } })],
    ['as a date', settingsWithWatches({ until: secret })],
    ['as a value of an unknown name', settingsWith({ mail: { colour: secret } })],
    ['as a name', settingsWith({ mail: { [secret]: 1 } })],
    ['in place of an object', { provider: secret, mail: secret }],
    ['as an expression', settingsWith({ provider: { mappings: { runtime: { id: `${secret} ]` } } } })],
    ['twice', settingsWithWatches({ model: secret }, { model: secret })],
  ])('%s', (_, input) => {
    expect(messageOf(() => readSettings(input))).not.toContain(secret);
  });

  test('in a variable', () => {
    expect(messageOf(() => readEnvironment(z.object({ TABLE: z.enum(['a']) }), { TABLE: secret }))).not.toContain(
      secret,
    );
  });
});

test('a rule that quotes what was given is not repeated when that is a credential', () => {
  const schema = z.object({ TABLE: z.string().check(z.refine(() => false, { error: ({ input }) => `not ${input}` })) });
  expect(messageOf(() => readEnvironment(schema, { TABLE: 'pat-nc-1' }))).not.toContain('pat-nc-1');
  expect(messageOf(() => readEnvironment(schema, { TABLE: 'plain' }))).toContain('allowed: not plain');
});

test('a value under a name that says secret is not shown, whatever it looks like', () => {
  const names = ['LINK_SECRET', 'accessToken', 'DB_PASSWORD', 'apiKey', 'API_KEY', 'SIGNING_KEY', 'providerCredential'];
  expect(names.map((name) => shown('opaque', name))).toEqual(names.map(() => 'a value (not shown)'));
  expect(shown(undefined, 'LINK_SECRET')).toBe('nothing');
});

test('ordinary values are shown', () => {
  expect(['org-1', 7, true, null, undefined, [], [1, 2], {}, () => 1].map((value) => shown(value))).toEqual([
    '"org-1"',
    '7',
    'true',
    'null',
    'nothing',
    'an empty list',
    'a list of 2',
    'an object',
    'a function',
  ]);
});
