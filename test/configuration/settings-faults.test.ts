import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '#adapters/configuration/define-config.ts';
import { leastSettings, settingsWith, settingsWithWatches } from './example.ts';
import { faultLines } from './fault-lines.ts';

const address = 'a mail address, such as me@example.com';
const http = 'an http or https address without user, password, query or fragment, such as https://api.example.com/gpu';
const zone = 'an IANA time zone, such as Asia/Kolkata or UTC';
const stage = 'a stage name: small letters, digits and hyphens, at most 20, a letter first';
const until = 'a date, such as 2026-12-31, or a date and time with offset, such as 2026-12-31T18:00:00+05:30';
const exact = 'nothing here, because region and configId already name one offer exactly';
const watchNames =
  'to, region, configId, model, vendor, vramMinGib, vramMaxGib, gpus, maxPricePerGpuHour, notify, until';

const oneField: readonly (readonly [object, string])[] = [
  [{ ...leastSettings(), stages: [] }, 'stages: given an empty list; allowed: a list of at least one stage name'],
  [{ ...leastSettings(), stages: 'prod' }, 'stages: given "prod"; allowed: a list of at least one stage name'],
  [{ ...leastSettings(), stages: ['Prod'] }, `stages[0]: given "Prod"; allowed: ${stage}`],
  [{ ...leastSettings(), stages: ['a', 7] }, `stages[1]: given 7; allowed: a text`],
  [{ ...leastSettings(), stages: ['a', 'b', 'a'] }, 'stages[2]: given "a"; allowed: each entry once; this repeats [0]'],
  [
    settingsWith({ provider: { organisation: '  ' } }),
    'provider.organisation: given "  "; allowed: an organisation id, org-…',
  ],
  [
    settingsWith({ provider: { organisation: undefined } }),
    'provider.organisation: given nothing; allowed: an organisation id, org-…',
  ],
  [
    settingsWith({ provider: { projects: [] } }),
    'provider.projects: given an empty list; allowed: a list of at least one project id',
  ],
  [
    settingsWith({ provider: { projects: ['p', null] } }),
    'provider.projects[1]: given null; allowed: a project id, prj-…',
  ],
  [
    settingsWith({ provider: { projects: ['p', 'p'] } }),
    'provider.projects[1]: given "p"; allowed: each entry once; this repeats [0]',
  ],
  [
    settingsWith({ provider: { runtimesUrl: 'ftp://x.dev' } }),
    `provider.runtimesUrl: given "ftp://x.dev"; allowed: ${http}`,
  ],
  [
    settingsWith({ provider: { inventoryUrl: 'x.dev/gpu' } }),
    `provider.inventoryUrl: given "x.dev/gpu"; allowed: ${http}`,
  ],
  [
    settingsWith({ provider: { tenantUrl: 'https://x.dev/?a=1' } }),
    `provider.tenantUrl: given "https://x.dev/?a=1"; allowed: ${http}`,
  ],
  [
    settingsWith({ provider: { consoleUrl: 'https://x.dev/#a' } }),
    `provider.consoleUrl: given "https://x.dev/#a"; allowed: ${http}`,
  ],
  [
    settingsWith({ provider: { callsAtOnce: 0 } }),
    'provider.callsAtOnce: given 0; allowed: a whole number from 1 to 100',
  ],
  [
    settingsWith({ provider: { callsAtOnce: 101 } }),
    'provider.callsAtOnce: given 101; allowed: a whole number from 1 to 100',
  ],
  [
    settingsWith({ provider: { callsPerSecond: '20' } }),
    'provider.callsPerSecond: given "20"; allowed: a whole number from 1 to 1000',
  ],
  [
    settingsWith({ provider: { callTimeoutSeconds: 1.5 } }),
    'provider.callTimeoutSeconds: given 1.5; allowed: a whole number from 1 to 60',
  ],
  [
    settingsWith({ provider: { callTimeoutSeconds: Number.NaN } }),
    'provider.callTimeoutSeconds: given NaN; allowed: a whole number from 1 to 60',
  ],
  [settingsWith({ mail: { sender: 'GPU Warden' } }), `mail.sender: given "GPU Warden"; allowed: ${address}`],
  [settingsWith({ mail: { operator: 'ops@localhost' } }), `mail.operator: given "ops@localhost"; allowed: ${address}`],
  [settingsWith({ mail: { operator: 'a..b@gpu.dev' } }), `mail.operator: given "a..b@gpu.dev"; allowed: ${address}`],
  [
    settingsWith({ mail: { operator: 'a@gpu.dev\nBcc: b@gpu.dev' } }),
    `mail.operator: given "a@gpu.dev\\nBcc: b@gpu.dev"; allowed: ${address}`,
  ],
  [settingsWith({ mail: { timeZone: 'Asia/Bengaluru' } }), `mail.timeZone: given "Asia/Bengaluru"; allowed: ${zone}`],
  [settingsWith({ mail: { timeZone: '' } }), `mail.timeZone: given ""; allowed: ${zone}`],
  [settingsWith({ availability: { pollSeconds: 5 } }), 'availability.pollSeconds: given 5; allowed: 15, 20, 30 or 60'],
  [
    settingsWith({ availability: { mailsPerHour: 0 } }),
    'availability.mailsPerHour: given 0; allowed: a whole number from 1 to 100',
  ],
  [
    settingsWith({ availability: { readRequestsMinutes: 16 } }),
    'availability.readRequestsMinutes: given 16; allowed: a whole number from 1 to 15',
  ],
  [settingsWith({ availability: { upstreamTo: true } }), `availability.upstreamTo: given true; allowed: ${address}`],
  [
    settingsWith({ availability: { watches: {} } }),
    'availability.watches: given an object; allowed: a list of watches',
  ],
  [
    settingsWith({ availability: { watches: ['H100'] } }),
    `availability.watches[0]: given "H100"; allowed: an object with ${watchNames}`,
  ],
  [settingsWithWatches({ to: undefined }), `availability.watches[0].to: given nothing; allowed: ${address}`],
  [settingsWithWatches({ region: '' }), 'availability.watches[0].region: given ""; allowed: a region id'],
  [
    settingsWithWatches({ configId: 1 }),
    'availability.watches[0].configId: given 1; allowed: a config id, such as gpu-h100-80g-20cpu-125g',
  ],
  [
    settingsWithWatches({ model: [] }),
    'availability.watches[0].model: given an empty list; allowed: a GPU model, such as H100',
  ],
  [
    settingsWithWatches({ vendor: '' }),
    'availability.watches[0].vendor: given ""; allowed: a GPU vendor, such as NVIDIA',
  ],
  [
    settingsWithWatches({ vramMinGib: -1 }),
    'availability.watches[0].vramMinGib: given -1; allowed: a whole number from 1 to 10000',
  ],
  [
    settingsWithWatches({ vramMaxGib: 1e9 }),
    'availability.watches[0].vramMaxGib: given 1000000000; allowed: a whole number from 1 to 10000',
  ],
  [
    settingsWithWatches({ model: 'a' }, { model: 'b' }, { gpus: 0 }),
    'availability.watches[2].gpus: given 0; allowed: a whole number from 1 to 1024',
  ],
  [
    settingsWithWatches({ maxPricePerGpuHour: 0 }),
    'availability.watches[0].maxPricePerGpuHour: given 0; allowed: a number above 0',
  ],
  [
    settingsWithWatches({ notify: 'often' }),
    'availability.watches[0].notify: given "often"; allowed: "once" or "every"',
  ],
  [
    settingsWithWatches({ until: '2026-02-30' }),
    `availability.watches[0].until: given "2026-02-30"; allowed: ${until}`,
  ],
  [
    settingsWithWatches({ until: '2026-12-31T18:00:00' }),
    `availability.watches[0].until: given "2026-12-31T18:00:00"; allowed: ${until}`,
  ],
];

const acrossFields: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'the bounds of the memory are the wrong way round',
    settingsWithWatches({ vramMinGib: 80, vramMaxGib: 40 }),
    ['availability.watches[0].vramMinGib: given 80; allowed: at most vramMaxGib (40)'],
  ],
  [
    'an exact watch also describes',
    settingsWithWatches({ region: 'r', configId: 'c', model: 'H100', vendor: 'NVIDIA', vramMinGib: 1, vramMaxGib: 2 }),
    [
      `availability.watches[0].model: given "H100"; allowed: ${exact}`,
      `availability.watches[0].vendor: given "NVIDIA"; allowed: ${exact}`,
      `availability.watches[0].vramMinGib: given 1; allowed: ${exact}`,
      `availability.watches[0].vramMaxGib: given 2; allowed: ${exact}`,
    ],
  ],
  [
    'a watch stands there twice, once with the defaults written out',
    settingsWithWatches(
      { model: 'RTX 5090' },
      { model: 'H100' },
      { model: 'rtx5090', gpus: 1, notify: 'once', to: 'ME@gpu.dev' },
    ),
    ['availability.watches[2]: given an object; allowed: each entry once; this repeats [0]'],
  ],
  [
    'a vendor is written in another way',
    settingsWithWatches({ vendor: 'NVIDIA' }, { vendor: 'nVidia' }),
    ['availability.watches[1]: given an object; allowed: each entry once; this repeats [0]'],
  ],
  [
    'a fault in another entry hides no entry that stands there twice',
    settingsWith({ provider: { projects: ['p', 7, 'p'] } }),
    [
      'provider.projects[1]: given 7; allowed: a project id, prj-…',
      'provider.projects[2]: given "p"; allowed: each entry once; this repeats [0]',
    ],
  ],
  [
    'one address has more watches than its item in the table can hold',
    settingsWithWatches(
      ...Array.from({ length: 202 }, (_, index) => ({ gpus: index + 1, to: index % 2 ? 'ME@gpu.dev' : 'me@gpu.dev' })),
    ),
    ['availability.watches[200]: given an object; allowed: at most 200 watches for one address'],
  ],
  [
    'what is no watch is not compared',
    settingsWith({ availability: { watches: [7, 7] } }),
    [
      `availability.watches[0]: given 7; allowed: an object with ${watchNames}`,
      `availability.watches[1]: given 7; allowed: an object with ${watchNames}`,
    ],
  ],
  [
    'a fault in another field hides none of these',
    settingsWithWatches({ vramMinGib: 80, vramMaxGib: 40, gpus: 'two' }),
    [
      'availability.watches[0].gpus: given "two"; allowed: a whole number from 1 to 1024',
      'availability.watches[0].vramMinGib: given 80; allowed: at most vramMaxGib (40)',
    ],
  ],
];

describe('one bad value brings exactly one line', () => {
  test.each(oneField)('%j', (input, line) => {
    expect(faultLines(input)).toEqual([line]);
  });
});

describe('across fields', () => {
  test.each(acrossFields)('%s', (_, input, lines) => {
    expect(faultLines(input)).toEqual(lines);
  });
});

describe('whole parts', () => {
  const all = 'stages, provider, mail, availability, guardrails, api, creating, runs, deployment';
  test.each([
    [undefined, [`(all of it): given nothing; allowed: an object with ${all}`]],
    [null, [`(all of it): given null; allowed: an object with ${all}`]],
    [() => 1, [`(all of it): given a function; allowed: an object with ${all}`]],
    [[], [`(all of it): given an empty list; allowed: an object with ${all}`]],
    [
      { ...leastSettings(), mail: undefined },
      ['mail: given nothing; allowed: an object with sender, identity, operator, timeZone'],
    ],
  ])('%o', (input, lines) => {
    expect(faultLines(input)).toEqual(lines);
  });
});

test('all faults come at once, in one readable error', () => {
  const input = {
    provider: { organisation: '', projects: ['prj-1'], callsAtOnce: 0 },
    mail: { sender: 'me', operator: 'ops@gpu.dev' },
    availability: { pollSeconds: 1, watches: [{ to: 'me@gpu.dev', notify: 'never' }] },
  };
  expect(() => readSettings(input)).toThrow(
    new SettingsError([
      { path: 'provider.organisation', given: '""', allowed: 'an organisation id, org-…' },
      { path: 'provider.callsAtOnce', given: '0', allowed: 'a whole number from 1 to 100' },
      { path: 'mail.sender', given: '"me"', allowed: address },
      { path: 'availability.pollSeconds', given: '1', allowed: '15, 20, 30 or 60' },
      { path: 'availability.watches[0].notify', given: '"never"', allowed: '"once" or "every"' },
    ]),
  );
});

test('the message has a head and one line for each fault', () => {
  const one = { path: 'a', given: '1', allowed: '2' };
  expect(new SettingsError([one]).message).toBe('The settings have one fault:\n  a: given 1; allowed: 2');
  expect(new SettingsError([one, { ...one, path: 'b' }]).message).toBe(
    'The settings have 2 faults:\n  a: given 1; allowed: 2\n  b: given 1; allowed: 2',
  );
  expect(new SettingsError([one]).name).toBe('SettingsError');
});

test('a long value is cut', () => {
  const [line] = faultLines(settingsWith({ mail: { sender: 'x'.repeat(500) } }));
  expect(line).toContain(`given "${'x'.repeat(80)}…";`);
});
