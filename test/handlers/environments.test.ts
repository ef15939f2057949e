import { describe, expect, test } from 'vitest';
import { readEnvironment, type Variables } from '#adapters/configuration/environment.ts';
import { createLinks } from '#adapters/links.ts';
import { environmentSchema as guardRuntimes } from '#handlers/guard-runtimes/environment.ts';
import { environmentSchema as links } from '#handlers/links/environment.ts';
import { environmentSchema as sendNotice } from '#handlers/send-notice/environment.ts';
import { linkKeysOf } from '#handlers/variables.ts';
import { environmentSchema as watchAvailability } from '#handlers/watch-availability/environment.ts';

const secret = 'a-secret-of-at-least-thirty-two-characters';
const good: Variables = {
  TABLE_NAME: 'warden',
  NOTICE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/notices',
  METRICS_NAMESPACE: 'GpuWarden/test',
  PROVIDER_TOKEN: 'pat-nc-0000',
  LINKS_URL: 'https://links.example.com',
  LINK_KEYS: `2:${secret},1:${secret}-old`,
};

describe.each([
  ['watch-availability', watchAvailability, ['TABLE_NAME', 'METRICS_NAMESPACE', 'NOTICE_QUEUE_URL', 'PROVIDER_TOKEN']],
  ['send-notice', sendNotice, ['TABLE_NAME', 'METRICS_NAMESPACE', 'LINKS_URL', 'LINK_KEYS']],
  ['guard-runtimes', guardRuntimes, ['TABLE_NAME', 'METRICS_NAMESPACE', 'NOTICE_QUEUE_URL', 'PROVIDER_TOKEN']],
  ['links', links, ['TABLE_NAME', 'METRICS_NAMESPACE', 'LINKS_URL', 'LINK_KEYS', 'PROVIDER_TOKEN']],
])('the environment of %s', (_name, schema, names) => {
  test('is what it declares, as it stands there', () => {
    expect(readEnvironment(schema, good)).toEqual(Object.fromEntries(names.map((name) => [name, good[name]])));
  });

  test.each(names)('must have a %s that is not empty', (name) => {
    for (const nothing of [undefined, '']) {
      expect(() => readEnvironment(schema, { ...good, [name]: nothing })).toThrow(
        `The environment has one fault:\n  ${name}: given nothing; allowed: `,
      );
    }
  });
});

const refusal = (variables: Variables): string => {
  try {
    readEnvironment(links, { ...good, ...variables });
    return '';
  } catch (error) {
    return String(error);
  }
};

test.each(['links.example.com', '/links', 'https://'])('the address of the links is none: %s', (LINKS_URL) => {
  expect(refusal({ LINKS_URL })).toContain('LINKS_URL: given ');
});

test.each([
  secret,
  `:${secret}`,
  '1:',
  '1:too-short',
  `1:${secret},`,
  `1:${secret},2`,
  `1:${secret},2:too-short`,
  `1:${secret} ,2:${secret}`,
  `a version that is too long:${secret}`,
  `1:${secret}:more`,
  `1:${'s'.repeat(31)}`,
])('keys that cannot be used are refused and not shown: %s', (LINK_KEYS) => {
  const words = refusal({ LINK_KEYS });
  expect(words).toContain('LINK_KEYS: given a value (not shown); allowed: keys as version:secret');
  expect(words).not.toContain(LINK_KEYS);
  expect(words).not.toContain(secret);
});

test('the keys of the links: the first one signs, all verify', () => {
  const keys = linkKeysOf(readEnvironment(links, good).LINK_KEYS);
  expect(keys).toEqual([
    { version: '2', secret },
    { version: '1', secret: `${secret}-old` },
  ]);
  expect(linkKeysOf(`1:${'s'.repeat(32)}`)).toEqual([{ version: '1', secret: 's'.repeat(32) }]);
  const facts = { recipientId: 'ada', mailId: 'm1', expiresAt: 9 };
  const url = createLinks({ keys, baseUrl: 'https://links.example.com' }).unsubscribeUrl(facts);
  expect(url).toContain('token=2.');
});

test.each([
  ['watch-availability', watchAvailability],
  ['guard-runtimes', guardRuntimes],
  ['links', links],
])('a token that is missing is explained in words that help: %s', (_name, schema) => {
  expect(() => readEnvironment(schema, { ...good, PROVIDER_TOKEN: '' })).toThrow(
    'PROVIDER_TOKEN: given nothing; allowed: a personal access token of the provider',
  );
});
