import { describe, expect, test } from 'vitest';
import { regionOf } from '#local/deployed/doctor-aws.ts';
import { readDoctorCommand } from '#local/deployed/doctor-options.ts';

const refusalOf = (...words: string[]) => {
  const command = readDoctorCommand(words);
  return command.kind === 'refused' ? command.message : expect.fail(JSON.stringify(command));
};

test('a whole command line', () => {
  const words =
    '--stage test --config t.config.ts --region ap-south-1 --profile ops --links-url https://l.gpu.dev/ --json';
  expect(readDoctorCommand(words.split(' '))).toEqual({
    kind: 'look',
    options: {
      stage: 'test',
      configPath: 't.config.ts',
      region: 'ap-south-1',
      profile: 'ops',
      linksUrl: 'https://l.gpu.dev',
      json: true,
    },
  });
});

test('without a word it is the stage prod', () => {
  expect(readDoctorCommand([])).toEqual({ kind: 'look', options: { stage: 'prod', json: false } });
});

describe('what is wrong is said, all of it', () => {
  test.each([
    [['--stage', 'Prod!'], '--stage: given "Prod!"'],
    [
      ['--stage', 'prod', '--region', 'Frankfurt'],
      '--region: given "Frankfurt"; allowed: a region, such as eu-central-1',
    ],
    [['--stage', 'prod', '--profile', 'a; rm -rf'], '--profile: given'],
    [['--stage', 'prod', '--links-url', 'ftp://x'], '--links-url: given'],
    [['--stag', 'prod'], 'Did you mean --stage?'],
    [['--stage', 'prod', 'stray'], 'stray'],
  ])('%j', (words, said) => {
    expect(refusalOf(...words)).toContain(said);
    expect(refusalOf(...words)).toContain('npm run doctor -- --help');
  });
});

test('--help tells permissions, exit codes and the shape of --json', () => {
  const command = readDoctorCommand(['--help']);
  const text = command.kind === 'help' ? command.text : expect.fail(command.kind);
  for (const word of ['--links-url', 'scheduler:GetSchedule', 'Exit code', 'not-looked-at', 'AWS_PROFILE']) {
    expect(text).toContain(word);
  }
});

test.each([
  ['eu-west-1', { AWS_REGION: 'us-east-1' }, 'eu-west-1'],
  [undefined, { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-east-1'],
  [undefined, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
  [undefined, {}, undefined],
])('the region is the one typed (%s), or that of the environment %j: %s', (given, environment, region) => {
  expect(regionOf(given, environment)).toBe(region);
});
