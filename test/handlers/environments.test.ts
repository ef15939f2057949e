import { describe, expect, test } from 'vitest';
import { readEnvironment, type Variables } from '#adapters/configuration/environment.ts';
import { environmentSchema as guardRuntimes } from '#handlers/guard-runtimes/environment.ts';
import { environmentSchema as httpApi } from '#handlers/http-api/environment.ts';
import { environmentSchema as links } from '#handlers/links/environment.ts';
import { environmentSchema as prepareSecrets } from '#handlers/prepare-secrets/environment.ts';
import { environmentSchema as sendNotice } from '#handlers/send-notice/environment.ts';
import { environmentSchema as watchAvailability } from '#handlers/watch-availability/environment.ts';

const good: Variables = {
  TABLE_NAME: 'warden',
  NOTICE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/notices',
  NOTICE_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/notices-dead',
  EVENT_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/events-dead',
  METRICS_NAMESPACE: 'GpuWarden/test',
  PROVIDER_CREDENTIAL_PARAMETER: '/gpu-warden-test/provider-credential',
  LINKS_URL: 'https://links.example.com',
  LINK_KEYS_PARAMETER: '/gpu-warden-test/link-keys',
  CONFIGURATION_SET: 'mails',
};

const secrets = ['PROVIDER_CREDENTIAL_PARAMETER', 'LINK_KEYS_PARAMETER'];
const scheduled = ['TABLE_NAME', 'METRICS_NAMESPACE', 'NOTICE_QUEUE_URL', 'PROVIDER_CREDENTIAL_PARAMETER'];

describe.each([
  ['watch-availability', watchAvailability, scheduled],
  [
    'send-notice',
    sendNotice,
    ['TABLE_NAME', 'METRICS_NAMESPACE', 'LINKS_URL', 'LINK_KEYS_PARAMETER', 'CONFIGURATION_SET'],
  ],
  ['guard-runtimes', guardRuntimes, scheduled],
  ['links', links, ['TABLE_NAME', 'METRICS_NAMESPACE', 'LINKS_URL', ...secrets]],
  [
    'http-api',
    httpApi,
    ['TABLE_NAME', 'METRICS_NAMESPACE', 'NOTICE_DEAD_LETTER_QUEUE_URL', 'EVENT_DEAD_LETTER_QUEUE_URL'],
  ],
  ['prepare-secrets', prepareSecrets, ['METRICS_NAMESPACE', ...secrets]],
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
  ['watch-availability', watchAvailability],
  ['guard-runtimes', guardRuntimes],
  ['links', links],
])('the name of the credential that is missing is explained in words that help: %s', (_name, schema) => {
  expect(() => readEnvironment(schema, { ...good, PROVIDER_CREDENTIAL_PARAMETER: '' })).toThrow(
    "PROVIDER_CREDENTIAL_PARAMETER: given nothing; allowed: the name of the parameter with the provider's credential",
  );
});
