import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import config from '../../warden.config.ts';
import { leastSettings, settingsWith, settingsWithWatches } from './example.ts';

const paths = (input: unknown): string[] => placeholdersIn(readSettings(input)).map(({ path }) => path);

test('the shipped settings name every value that is yours to put in', () => {
  expect(paths(config)).toEqual([
    'provider.organisation',
    'provider.projects[0]',
    'mail.sender',
    'mail.operator',
    'availability.watches[0].to',
    'availability.watches[1].to',
  ]);
});

test('what to do is said', () => {
  expect(placeholdersIn(readSettings(settingsWith({ provider: { organisation: 'org-REPLACE-ME' } })))).toEqual([
    { path: 'provider.organisation', what: '"org-REPLACE-ME" is a placeholder: put your own value there' },
  ]);
});

describe('a placeholder', () => {
  test.each(['me@example.com', 'me@mail.example.org', 'ME@EXAMPLE.NET', 'a@b.invalid', 'a@gpu.test', 'a@corp.example'])(
    '%s',
    (to) => {
      expect(paths(settingsWithWatches({ to }))).toEqual(['availability.watches[0].to']);
    },
  );

  test.each(['https://example.com', 'https://api.example.com:8443/gpu', 'http://gpu.test/a'])('%s', (consoleUrl) => {
    expect(paths(settingsWith({ provider: { consoleUrl } }))).toEqual(['provider.consoleUrl']);
  });
});

test('also among owners and fallbacks', () => {
  const input = settingsWith({
    guardrails: {
      fallback: 'gpu@example.org',
      owners: [{ name: '{owner}-*', to: '{owner}@example.com' }, { to: 'lead@gpu.dev' }],
      policies: [{ name: 'p', fallback: 'team@mail.example.net' }],
    },
  });
  expect(paths(input)).toEqual(['guardrails.fallback', 'guardrails.owners[0].to', 'guardrails.policies[0].fallback']);
});

describe('no placeholder', () => {
  test.each(['me@myexample.com', 'me@example.company.com', 'example@gpu.dev', 'test@gpu.dev', 'a@example.community'])(
    '%s',
    (to) => {
      expect(paths(settingsWithWatches({ to }))).toEqual([]);
    },
  );

  test('in the least settings, nor among the defaults', () => {
    expect(paths(leastSettings())).toEqual([]);
  });
});
