import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { stackNameOf } from '#adapters/configuration/deployment.ts';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import { leastSettings, settingsWith } from './example.ts';
import { faultLines } from './fault-lines.ts';

const withSection = (section: object) => ({ ...leastSettings(), ...section });

describe('one bad value brings exactly one line', () => {
  const retention = '7, 14, 30, 60, 90, 180 or 365';
  const address = 'a mail address, such as me@example.com';
  test.each([
    [{ deployment: { keepData: 'yes' } }, 'deployment.keepData: given "yes"; allowed: true or false'],
    [{ deployment: { logRetentionDays: 31 } }, `deployment.logRetentionDays: given 31; allowed: ${retention}`],
    [{ deployment: { logRetentionDays: 0 } }, `deployment.logRetentionDays: given 0; allowed: ${retention}`],
    [{ deployment: { alarmsTo: 'ops' } }, `deployment.alarmsTo: given "ops"; allowed: ${address}`],
    [
      { deployment: { keepdata: false } },
      'deployment.keepdata: given an unknown name; allowed: keepData, logRetentionDays, alarmsTo; did you mean keepData?',
    ],
    [{ runs: { leaseSeconds: 39 } }, 'runs.leaseSeconds: given 39; allowed: a whole number from 40 to 58'],
    [{ runs: { leaseSeconds: 59 } }, 'runs.leaseSeconds: given 59; allowed: a whole number from 40 to 58'],
    [{ runs: { leaseSeconds: 45.5 } }, 'runs.leaseSeconds: given 45.5; allowed: a whole number from 40 to 58'],
  ])('%j', (section, line) => {
    expect(faultLines(withSection(section))).toEqual([line]);
  });

  test('of the identity of the sender', () => {
    expect(faultLines(settingsWith({ mail: { identity: 'domain' } }))).toEqual([
      'mail.identity: given "domain"; allowed: "existing", "create-address" or "create-domain"',
    ]);
  });
});

describe('an identity is made by one stage', () => {
  const linesOf = (identity: string, stages: readonly string[]) =>
    faultLines({ ...settingsWith({ mail: { identity } }), stages });

  test.each(['create-address', 'create-domain'])('%s', (identity) => {
    expect(linesOf(identity, ['prod'])).toEqual([]);
    expect(linesOf(identity, ['prod', 'test'])).toEqual([
      `mail.identity: given "${identity}"; allowed: "existing", because only one of several stages could make it`,
    ]);
  });

  test('or it is there already', () => {
    expect(linesOf('existing', ['prod', 'test'])).toEqual([]);
  });
});

describe('all looks of a minute fit into one lease', () => {
  test.each([
    [60, 40, undefined],
    [30, 40, undefined],
    [20, 50, undefined],
    [20, 49, 50],
    [15, 55, undefined],
    [15, 54, 55],
  ])('every %i seconds, in a lease of %i', (pollSeconds, leaseSeconds, least) => {
    const expected =
      least === undefined
        ? []
        : [
            `runs.leaseSeconds: given ${leaseSeconds}; allowed: at least ${least}, so that a look every ${pollSeconds} seconds (availability.pollSeconds) fits into one run`,
          ];
    expect(faultLines(withSection({ availability: { pollSeconds }, runs: { leaseSeconds } }))).toEqual(expected);
  });
});

test('every stage that is accepted makes a name that CloudFormation takes for its stack', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 25 }),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,24}$/),
    fc.constantFrom('a', 'a-', 'a--b', 'z9', 'a'.repeat(20)),
  );
  let accepted = 0;
  fc.assert(
    fc.property(name, (stage) => {
      if (faultLines({ ...leastSettings(), stages: [stage] }).length > 0) return;
      accepted += 1;
      // "A stack name can contain only alphanumeric characters (case-sensitive) and hyphens. It must start with an alphabetical
      // character and can't be longer than 128 characters."
      expect(stackNameOf(stage)).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
    }),
    { numRuns: 500 },
  );
  expect(accepted).toBeGreaterThan(50);
});

test('a placeholder for whom alarms go to is found, too', () => {
  const settings = readSettings(withSection({ deployment: { alarmsTo: 'alarms@example.com' } }));
  expect(placeholdersIn(settings).map(({ path }) => path)).toEqual(['deployment.alarmsTo']);
});
