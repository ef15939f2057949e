import { describe, expect, test } from 'vitest';
import { readStartCommand } from '#local/start-options.ts';

const withToken = { NEEVCLOUD_TOKEN: 'pat-nc-secret' };

const options = (words: readonly string[], environment = {}) => {
  const command = readStartCommand(words, environment);
  return command.kind === 'start' ? command.options : expect.fail(JSON.stringify(command));
};

const refusal = (words: readonly string[], environment = {}) => {
  const command = readStartCommand(words, environment);
  return command.kind === 'refused' ? command.message : expect.fail(JSON.stringify(command));
};

describe('the emulator', () => {
  test('is what a bare start means: the scenario at 60 times the speed, in memory', () => {
    expect(options([])).toEqual({
      mode: 'emulated',
      speed: 60,
      history: { kind: 'scenario' },
      watches: [],
      json: false,
    });
  });

  test('takes all that belongs to it', () => {
    const words =
      '--availability traces/a.csv.gz --exit-after 30s --json --data state --inbox-port 9000 --smtp-url smtp://host:25';
    expect(options([...words.split(' '), '--watch', 'to=me@example.com'])).toEqual({
      mode: 'emulated',
      speed: 600,
      history: { kind: 'replay', path: 'traces/a.csv.gz' },
      watches: [{ to: 'me@example.com', gpus: 1, notify: 'once' }],
      exitAfterMs: 30_000,
      json: true,
      dataDirectory: 'state',
      inboxPort: 9_000,
      smtpUrl: 'smtp://host:25',
    });
  });

  test('ignores the token: nobody is asked for it', () => {
    expect(options([], withToken)).not.toHaveProperty('token');
  });

  test('does not mail the made-up people of the scenario through a real server', () => {
    expect(refusal(['--smtp-url', 'smtp://host'])).toContain(
      '--smtp-url: given no --watch; allowed: at least one --watch',
    );
  });
});

describe('the real provider', () => {
  const addresses = [
    '--provider-url',
    'https://api.example.com/gpu/',
    '--inventory-url',
    'https://api.example.com/inv',
  ];

  test('is meant by its addresses, with the token from the environment and the state on disk', () => {
    expect(options(addresses, withToken)).toEqual({
      mode: 'provider',
      runtimesUrl: 'https://api.example.com/gpu',
      inventoryUrl: 'https://api.example.com/inv',
      token: 'pat-nc-secret',
      dataDirectory: '.warden',
      enforce: false,
      watches: [],
      json: false,
    });
  });

  test.each(['--provider-url', '--inventory-url'])('%s alone stands for both', (option) => {
    expect(options([option, 'https://one.example.com'], withToken)).toMatchObject({
      runtimesUrl: 'https://one.example.com',
      inventoryUrl: 'https://one.example.com',
    });
  });

  test.each([
    ['no token', {}],
    ['an empty token', { NEEVCLOUD_TOKEN: ' ' }],
  ])('is refused with %s', (_, environment) => {
    expect(refusal(addresses, environment)).toContain(
      'NEEVCLOUD_TOKEN: given nothing; allowed: a personal access token',
    );
  });

  test('is refused with an inference key, which is not shown', () => {
    const message = refusal(addresses, { NEEVCLOUD_TOKEN: 'sk-nc-abc' });
    expect(message).toContain('NEEVCLOUD_TOKEN: given an inference key (sk-…)');
    expect(message).not.toContain('sk-nc-abc');
  });

  test('has no speed and no scenario', () => {
    const message = refusal([...addresses, '--speed', '60', '--availability', 'a.csv'], withToken);
    expect(message).toContain('--speed: given "60"; allowed: nothing with the real provider: its time is real time');
    expect(message).toContain('--availability: given "a.csv"; allowed: nothing with the real provider');
  });
});

describe('--enforce', () => {
  const provider = ['--provider-url', 'https://api.example.com/gpu'];

  test('is for the real provider with a real mail server', () => {
    expect(options([...provider, '--smtp-url', 'smtp://host', '--enforce'], withToken)).toMatchObject({
      enforce: true,
    });
  });

  test('is refused where nobody could be warned', () => {
    expect(refusal([...provider, '--enforce'], withToken)).toContain(
      '--enforce: given no --smtp-url; allowed: with --smtp-url only: owners are warned by mail first',
    );
  });

  test.each([[['--enforce']], [['--enforce', '--smtp-url', 'smtp://host', '--watch', 'to=me@example.com']]])(
    '%j is refused: the emulated provider has a story of its own',
    (words) => {
      expect(refusal(words)).toContain('--enforce: given no --provider-url; allowed: the real provider only');
    },
  );
});

describe('one value', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
  ])('--exit-after %s is %s ms', (text, exitAfterMs) => {
    expect(options(['--exit-after', text])).toMatchObject({ exitAfterMs });
  });

  test.each([
    ['--exit-after', '30'],
    ['--exit-after', '0s'],
    ['--exit-after', '-1s'],
    ['--speed', '0'],
    ['--speed', '3601'],
    ['--speed', 'fast'],
    ['--speed', '1e3'],
    ['--inbox-port', '0'],
    ['--inbox-port', '65536'],
    ['--inbox-port', 'any'],
    ['--availability', ''],
    ['--data', ''],
    ['--smtp-url', 'http://host'],
    ['--provider-url', 'ftp://host'],
    ['--inventory-url', 'https://user:sesame@host'],
  ])('%s=%s is refused, under its own name', (option, value) => {
    const message = refusal([`${option}=${value}`], withToken);
    expect(message).toMatch(new RegExp(`^  ${option}: given .+; allowed: .+$`, 'm'));
    expect(message).not.toContain('sesame');
  });

  test.each(['1', '60', '3600', '2.5'])('--speed %s is a speed', (text) => {
    expect(options(['--speed', text])).toMatchObject({ speed: Number(text) });
  });
});

describe('--watch', () => {
  const watchOf = (text: string) => options(['--watch', text]).watches[0];

  test('knows all keys', () => {
    expect(
      watchOf('to=me@example.com,region=as-south-1,config=gpu-a30-24g-24cpu-192g,gpus=2,maxPrice=0.85,notify=every'),
    ).toEqual({
      to: 'me@example.com',
      region: 'as-south-1',
      configId: 'gpu-a30-24g-24cpu-192g',
      gpus: 2,
      maxPricePerGpuHour: 0.85,
      notify: 'every',
    });
    expect(watchOf(' model = RTX 5090 , vendor=NVIDIA, vramMin=24,vramMax=48, to=me@example.com, ')).toEqual({
      to: 'me@example.com',
      model: 'RTX 5090',
      vendor: 'NVIDIA',
      vramMinGib: 24,
      vramMaxGib: 48,
      gpus: 1,
      notify: 'once',
    });
  });

  test('comes as often as it is given', () => {
    const words = ['--watch', 'to=a@example.com', '--watch=to=b@example.com'];
    expect(options(words).watches.map(({ to }) => to)).toEqual(['a@example.com', 'b@example.com']);
  });

  test.each([
    ['', 'to: given nothing; allowed: a mail address'],
    ['model=H100', 'to: given nothing; allowed: a mail address'],
    ['to=nobody', 'to: given "nobody"; allowed: a mail address'],
    ['to=a@example.com,gpu=2', 'gpu: given an unknown name; allowed: to, region, config, model, vendor, vramMin'],
    ['to=a@example.com,gpu=2', 'did you mean gpus?'],
    ['to=a@example.com,configId=x', 'did you mean config?'],
    ['to=a@example.com,gpus=two', 'gpus: given "two"; allowed: a whole number from 1 to 1024'],
    ['to=a@example.com,gpus=1.5', 'gpus: given 1.5; allowed: a whole number from 1 to 1024'],
    ['to=a@example.com,maxPrice=$2', 'maxPrice: given "$2"; allowed: a number above 0'],
    ['to=a@example.com,notify=always', 'notify: given "always"; allowed: "once" or "every"'],
    ['to=a@example.com,vramMin=80,vramMax=40', 'vramMin: given 80; allowed: at most vramMax (40)'],
    ['to=a@example.com,model', 'model: given no value; allowed: model=VALUE'],
    ['to=a@example.com,gpus=1,gpus=2', 'gpus: given "2", the second one; allowed: each name once'],
    [
      'to=a@example.com,region=r,config=c,model=H100',
      'model: given "H100"; allowed: nothing here, because region and config',
    ],
  ])('%s is refused: %s', (text, fault) => {
    expect(refusal(['--watch', text])).toContain(`--watch ${JSON.stringify(text)} `);
    expect(refusal(['--watch', text])).toContain(fault);
  });
});

test('all that is wrong is said at once', () => {
  const words = ['--speed', 'x', '--exit-after', 'y', '--watch', 'gpus=0', '--watch', 'to=z'];
  const message = refusal(words);
  expect(message).toContain('The command line has 5 faults:');
  expect(message).toContain('npm start -- --help shows all options.');
});

test.each([
  [['--speeed', '3'], '(Did you mean --speed?)'],
  [['stray'], 'stray'],
  [['--watch'], "option '--watch <watch>' argument missing"],
])('%j is no command line: %s', (words, said) => {
  expect(refusal(words)).toContain(said);
});

test('--help names every option and shows how to use it', () => {
  const command = readStartCommand(['--speed', 'x', '--help'], {});
  const help = command.kind === 'help' ? command.text : expect.fail(JSON.stringify(command));
  for (const option of [
    '--provider-url',
    '--inventory-url',
    '--smtp-url',
    '--enforce',
    '--availability',
    '--speed',
    '--watch',
    '--exit-after',
    '--json',
    '--data',
    '--inbox-port',
  ]) {
    expect(help).toContain(`  ${option}`);
  }
  expect(help).toContain('Examples:');
  expect(help).toContain('NEEVCLOUD_TOKEN');
});
