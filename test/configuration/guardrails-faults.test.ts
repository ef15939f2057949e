import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { minute } from '#domain/time.ts';
import { settingsWithGuardrails, settingsWithPolicy } from './example.ts';
import { faultLines } from './fault-lines.ts';

const duration = (least: string, most: string) =>
  `a duration from ${least} to ${most}, such as 90m, 2h, 1h30m or 7d (from 1s with unsafeShortLadder: true, for tests only)`;
const pattern = 'a name pattern: `*` for any characters (at most 4 times), `?` for one';
const timeFrom = 'a time of day from 00:00 to 23:59, such as 08:00';
const timeTo = 'a time of day from 00:00 to 24:00, such as 18:00';
const days = 'a list of at least one of mon, tue, wed, thu, fri, sat and sun';
const until =
  'a date, such as 2026-12-31, a date and time with offset, such as 2026-12-31T18:00:00+05:30, or "forever"';
const address = 'a mail address, such as me@example.com';
const ownerAddress = 'a mail address, such as me@example.com or {owner}@example.com';
const whole = 'a whole day is from 00:00 to 24:00';

const guardrailFaults: readonly (readonly [object, string])[] = [
  [{ mode: 'off' }, 'mode: given "off"; allowed: "observe" or "enforce"'],
  [{ observeTo: 'everybody' }, 'observeTo: given "everybody"; allowed: "operator" or "owner"'],
  [{ limits: { deletionsPerTick: 0 } }, 'limits.deletionsPerTick: given 0; allowed: a whole number from 1 to 50'],
  [{ limits: { deletionsPerHour: 201 } }, 'limits.deletionsPerHour: given 201; allowed: a whole number from 1 to 200'],
  [{ sampleOffsetSeconds: 46 }, 'sampleOffsetSeconds: given 46; allowed: a whole number from 0 to 45'],
  [{ dailyMailAt: '8:00' }, `dailyMailAt: given "8:00"; allowed: ${timeFrom}`],
  [{ dailyMailAt: '24:00' }, `dailyMailAt: given "24:00"; allowed: ${timeFrom}`],
  [{ assumeOnDemand: 'yes' }, 'assumeOnDemand: given "yes"; allowed: true or false'],
  [{ keepAtMost: '3h59m' }, `keepAtMost: given "3h59m"; allowed: ${duration('4h', '30d')}`],
  [{ keepAtMost: '31d' }, `keepAtMost: given "31d"; allowed: ${duration('4h', '30d')}`],
  [{ keepAtMost: 7 }, `keepAtMost: given 7; allowed: ${duration('4h', '30d')}`],
  [
    { fallback: '{owner}@gpu.dev' },
    `fallback: given "{owner}@gpu.dev"; allowed: ${address}; {owner} is for owners alone`,
  ],
  [{ owners: [{ name: 'a-*' }] }, `owners[0].to: given nothing; allowed: ${ownerAddress}`],
  [
    { owners: [{ name: '{owner}-*', to: 'a@{owner}.dev' }] },
    `owners[0].to: given "a@{owner}.dev"; allowed: ${ownerAddress}`,
  ],
  [
    { owners: [{ name: '{owner}-*', to: '{Owner}@gpu.dev' }] },
    `owners[0].to: given "{Owner}@gpu.dev"; allowed: ${ownerAddress}`,
  ],
  [
    { owners: [{ name: '{owner}-*', to: '{owner}{owner}@gpu.dev' }] },
    `owners[0].to: given "{owner}{owner}@gpu.dev"; allowed: ${ownerAddress}`,
  ],
  [
    { owners: [{ name: 'train-*', to: '{owner}@gpu.dev' }] },
    'owners[0].name: given "train-*"; allowed: a name pattern with {owner}, such as {owner}-*, because `to` asks for it',
  ],
  [
    { owners: [{ to: '{owner}@gpu.dev' }] },
    'owners[0].name: given nothing; allowed: a name pattern with {owner}, such as {owner}-*, because `to` asks for it',
  ],
  [
    { owners: [{ name: '{owner}-{owner}', to: '{owner}@gpu.dev' }] },
    `owners[0].name: given "{owner}-{owner}"; allowed: ${pattern}, {owner} at most once for the owner`,
  ],
  [
    { owners: [{ to: 'a@gpu.dev' }, { name: 'b-*', to: 'b@gpu.dev' }] },
    'owners[1]: given an object; allowed: a rule for what [0] does not match already: the first that matches wins',
  ],
  [
    { owners: [{ project: 'prj-2', to: 'a@gpu.dev' }] },
    'owners[0].project: given "prj-2"; allowed: one of provider.projects: prj-1',
  ],
  [{ exemptions: [{ name: 'a' }] }, `exemptions[0].until: given nothing; allowed: ${until}`],
  [{ exemptions: [{ name: 'a', until: 'for ever' }] }, `exemptions[0].until: given "for ever"; allowed: ${until}`],
  [{ exemptions: [{ name: 'a', until: '2026-02-30' }] }, `exemptions[0].until: given "2026-02-30"; allowed: ${until}`],
  [
    { exemptions: [{ name: 'a', until: '2026-02-01T10:00:00' }] },
    `exemptions[0].until: given "2026-02-01T10:00:00"; allowed: ${until}`,
  ],
  [
    { exemptions: [{ until: 'forever' }] },
    'exemptions[0]: given an object; allowed: at least one of project, id and name',
  ],
  [
    { exemptions: ['prj-1'] },
    'exemptions[0]: given "prj-1"; allowed: an object with project, id, name, until, because',
  ],
  [
    { exemptions: [{ name: 'a', until: 'forever', model: 'H100' }] },
    'exemptions[0].model: given an unknown name; allowed: project, id, name, until, because',
  ],
  [
    { exemptions: [{ project: 'prj-l', until: 'forever' }] },
    'exemptions[0].project: given "prj-l"; allowed: one of provider.projects: prj-1',
  ],
  [
    { exemptions: [{ name: '{owner}-*', until: 'forever' }] },
    `exemptions[0].name: given "{owner}-*"; allowed: ${pattern}; {owner} is for owners alone`,
  ],
  [
    { exemptions: [{ name: '*a*b*c*d*', until: 'forever' }] },
    `exemptions[0].name: given "*a*b*c*d*"; allowed: ${pattern}; {owner} is for owners alone`,
  ],
];

const policyFaults: readonly (readonly [object, string])[] = [
  [{ name: ' ' }, 'name: given " "; allowed: the name of the policy, at most 60 characters'],
  [{ name: undefined }, 'name: given nothing; allowed: the name of the policy, at most 60 characters'],
  [{ name: 'x'.repeat(61) }, `name: given "${'x'.repeat(61)}"; allowed: the name of the policy, at most 60 characters`],
  [{ mode: 'delete' }, 'mode: given "delete"; allowed: "observe", "enforce" or "off"'],
  [{ match: { project: 'prj-9' } }, 'match.project: given "prj-9"; allowed: one of provider.projects: prj-1'],
  [{ match: { maxPricePerGpuHour: 0 } }, 'match.maxPricePerGpuHour: given 0; allowed: a number above 0'],
  [
    { match: { minPricePerGpuHour: 3, maxPricePerGpuHour: 2 } },
    'match.minPricePerGpuHour: given 3; allowed: at most maxPricePerGpuHour (2)',
  ],
  [{ idle: { gpuBelowPercent: 0 } }, 'idle.gpuBelowPercent: given 0; allowed: a number above 0, at most 50'],
  [{ idle: { gpuBelowPercent: 50.1 } }, 'idle.gpuBelowPercent: given 50.1; allowed: a number above 0, at most 50'],
  [{ idle: { cpuBelowCores: 0 } }, 'idle.cpuBelowCores: given 0; allowed: a number above 0, at most 1024'],
  [{ idle: { cpuBelowPercent: 101 } }, 'idle.cpuBelowPercent: given 101; allowed: a number above 0, at most 100'],
  [{ ladder: { lead: '14m' } }, `ladder.lead: given "14m"; allowed: ${duration('15m', '7d')}`],
  [{ ladder: { deleteAfter: '2 h' } }, `ladder.deleteAfter: given "2 h"; allowed: ${duration('20m', '30d')}`],
  [{ ladder: { firstWarningAfter: '0m' } }, `ladder.firstWarningAfter: given "0m"; allowed: ${duration('5m', '30d')}`],
  [
    { ladder: { deleteAfter: '105m' } },
    'ladder.deleteAfter: given "105m"; allowed: more than lastWarningAfter (1h45m), or it would be deleted without a warning',
  ],
  [
    { ladder: { lastWarningAfter: '3h' } },
    'ladder.deleteAfter: given nothing; allowed: more than lastWarningAfter (3h), or it would be deleted without a warning; 120m is the default',
  ],
  [
    { ladder: { deleteAfter: '119m' } },
    'ladder.deleteAfter: given "119m"; allowed: at least 2h: lead (15m) after lastWarningAfter (1h45m)',
  ],
  [
    { ladder: { lead: '30m' } },
    'ladder.deleteAfter: given nothing; allowed: at least 2h15m: lead (30m) after lastWarningAfter (1h45m); 120m is the default',
  ],
  [
    { ladder: { firstWarningAfter: '106m' } },
    'ladder.firstWarningAfter: given "106m"; allowed: at most lastWarningAfter (1h45m)',
  ],
  [
    { ladder: { lastWarningAfter: '50m' } },
    'ladder.firstWarningAfter: given nothing; allowed: at most lastWarningAfter (50m); 60m is the default',
  ],
  [{ hours: { from: '09:00', to: '18:00' } }, `hours.days: given nothing; allowed: ${days}`],
  [{ hours: { days: [], from: '09:00', to: '18:00' } }, `hours.days: given an empty list; allowed: ${days}`],
  [
    { hours: { days: ['Mon'], from: '09:00', to: '18:00' } },
    'hours.days[0]: given "Mon"; allowed: "mon", "tue", "wed", "thu", "fri", "sat" or "sun"',
  ],
  [
    { hours: { days: ['mon', 'mon'], from: '09:00', to: '18:00' } },
    'hours.days[1]: given "mon"; allowed: each entry once; this repeats [0]',
  ],
  [{ hours: { days: ['mon'], from: '24:00', to: '18:00' } }, `hours.from: given "24:00"; allowed: ${timeFrom}`],
  [{ hours: { days: ['mon'], from: '09:00', to: '24:30' } }, `hours.to: given "24:30"; allowed: ${timeTo}`],
  [
    { hours: { days: ['mon'], from: '09:00', to: '09:00' } },
    `hours.to: given "09:00"; allowed: at least 30 minutes after from (09:00); ${whole}`,
  ],
  [
    { hours: { days: ['mon'], from: '23:50', to: '00:19' } },
    `hours.to: given "00:19"; allowed: at least 30 minutes after from (23:50); ${whole}`,
  ],
  [
    { hours: { days: ['mon'], from: '23:31', to: '24:00' } },
    `hours.to: given "24:00"; allowed: at least 30 minutes after from (23:31); ${whole}`,
  ],
  [
    { hours: { days: ['mon'], from: '09:00', to: '18:00', timeZone: 'Asia/Bengaluru' } },
    'hours.timeZone: given "Asia/Bengaluru"; allowed: an IANA time zone, such as Asia/Kolkata or UTC',
  ],
  [
    { limits: { deletionsPerTick: 6 } },
    'limits.deletionsPerTick: given 6; allowed: at most guardrails.limits.deletionsPerTick (5)',
  ],
  [
    { limits: { deletionsPerHour: 21 } },
    'limits.deletionsPerHour: given 21; allowed: at most guardrails.limits.deletionsPerHour (20)',
  ],
  [{ keepAtMost: '1h' }, `keepAtMost: given "1h"; allowed: ${duration('4h', '30d')}`],
  [{ assumeOnDemand: 1 }, 'assumeOnDemand: given 1; allowed: true or false'],
  [{ fallback: 'team' }, `fallback: given "team"; allowed: ${address}`],
];

describe('one bad value among the guardrails brings exactly one line', () => {
  test.each(guardrailFaults)('%j', (guardrails, line) => {
    expect(faultLines(settingsWithGuardrails(guardrails))).toEqual([`guardrails.${line}`]);
  });
});

describe('one bad value in a policy brings exactly one line', () => {
  test.each(policyFaults)('%j', (policy, line) => {
    expect(faultLines(settingsWithPolicy(policy))).toEqual([`guardrails.policies[0].${line}`]);
  });
});

describe('policies that are never reached', () => {
  const lines = (...policies: readonly object[]) =>
    faultLines(settingsWithGuardrails({ policies: policies.map((each, index) => ({ name: `p${index}`, ...each })) }));
  const never = (index: number, by: number) =>
    `guardrails.policies[${index}]: given an object; allowed: a rule for what [${by}] does not match already: the first that matches wins`;

  test.each([
    [{}, { match: { name: 'a' } }],
    [{ match: {} }, {}],
    [{ match: { name: '*' } }, { match: { id: 'x' } }],
    [{ match: { name: 'a-*' } }, { match: { name: 'A-*', model: 'H100' } }],
    [{ match: { project: 'prj-1' } }, { match: { project: 'prj-1', id: 'x' } }],
    [{ match: { model: 'RTX 5090' } }, { match: { model: 'rtx5090', maxPricePerGpuHour: 1 } }],
    [{ match: { maxPricePerGpuHour: 2 } }, { match: { maxPricePerGpuHour: 1 } }],
    [
      { match: { minPricePerGpuHour: 1, maxPricePerGpuHour: 2 } },
      { match: { minPricePerGpuHour: 1, maxPricePerGpuHour: 2 } },
    ],
  ])('%j before %j', (first, second) => {
    expect(lines({ match: { name: 'z' } }, first, second)).toEqual([never(2, 1)]);
  });

  test.each([
    [{ match: { name: 'a' } }, {}],
    [{ match: { name: 'a-*' } }, { match: { name: '*' } }],
    [{ match: { minPricePerGpuHour: 0.01 } }, {}],
    [{ match: { maxPricePerGpuHour: 1 } }, { match: { maxPricePerGpuHour: 2 } }],
    [{ match: { model: 'H100' } }, { match: { name: 'a' } }],
    [{ match: { id: 'x', project: 'prj-1' } }, { match: { id: 'x' } }],
  ])('but not %j before %j', (first, second) => {
    expect(lines(first, second)).toEqual([]);
  });

  test('two of one name, however it is written', () => {
    expect(lines({ name: 'Night', match: { name: 'a' } }, { name: 'night', match: { name: 'b' } })).toEqual([
      'guardrails.policies[1].name: given "night"; allowed: a name of its own; [0] has this one',
    ]);
  });

  test('the default policy is for everything', () => {
    expect(lines({ match: { name: 'a' } }, { name: 'default', idle: { gpuBelowPercent: 3 } })).toEqual([]);
    expect(lines({ name: 'default', match: { name: 'a' } })).toEqual([
      'guardrails.policies[0].match: given an object; allowed: nothing here, because default is for everything; give the policy another name',
    ]);
  });
});

test('a fault in one rung hides none in another', () => {
  expect(faultLines(settingsWithPolicy({ ladder: { firstWarningAfter: 'soon', deleteAfter: '110m' } }))).toEqual([
    `guardrails.policies[0].ladder.firstWarningAfter: given "soon"; allowed: ${duration('5m', '30d')}`,
    'guardrails.policies[0].ladder.deleteAfter: given "110m"; allowed: at least 2h: lead (15m) after lastWarningAfter (1h45m)',
  ]);
});

test('any ladder that is accepted warns first, warns last, and leaves the lead', () => {
  const rung = fc.option(
    fc.integer({ min: 1, max: 200 }).map((minutes) => `${minutes}m`),
    { nil: undefined },
  );
  const given = fc.record({ firstWarningAfter: rung, lastWarningAfter: rung, deleteAfter: rung, lead: rung });
  let accepted = 0;
  fc.assert(
    fc.property(given, (ladder) => {
      const input = settingsWithPolicy({ ladder });
      if (faultLines(input).length > 0) return;
      accepted += 1;
      const [policy] = guardRulesOf(readSettings(input)).policies;
      const { firstWarningAfter = 0, lastWarningAfter = 0, deleteAfter = 0, lead = 0 } = policy?.ladder ?? {};
      expect(lead).toBeGreaterThanOrEqual(15 * minute);
      expect(deleteAfter - lastWarningAfter).toBeGreaterThanOrEqual(lead);
      expect(firstWarningAfter).toBeGreaterThan(0);
      expect(firstWarningAfter).toBeLessThanOrEqual(lastWarningAfter);
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(20);
});
