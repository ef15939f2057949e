import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTimeWords } from '#adapters/mail/time-words.ts';
import { type Emulator, type Fault, type RuntimeWish, startEmulator } from '#local/emulator/emulator.ts';
import { chooseRuntime } from '#local/plan/choose.ts';
import { explanationOf } from '#local/plan/explanation.ts';
import { lookOnce } from '#local/plan/look.ts';
import { readExplainCommand, readPlanCommand } from '#local/plan/options.ts';
import { openSource } from '#local/plan/source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gpu-warden-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Ran = { readonly out: string; readonly err: string; readonly code: number };

/** Runs an entry as npm does, with nothing of our own environment but the path. */
const run = (entry: 'plan' | 'explain', words: readonly string[], environment: Record<string, string> = {}) =>
  new Promise<Ran>((resolve) => {
    const options = { env: { PATH: process.env.PATH ?? '', ...environment }, timeout: 25_000 };
    const child = execFile(process.execPath, [`local/plan/${entry}.ts`, ...words], options, (_error, out, err) =>
      resolve({ out, err, code: child.exitCode ?? -1 }),
    );
  });

const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
const h200 = 'gpu-h200-141g-20cpu-192g';
const old = { createdMinutesAgo: 600 };

const fleet: readonly RuntimeWish[] = [
  { name: 'ana-training', configId: 'gpu-a6000-48g-48cpu-128g', gpuCount: 2, ...old },
  { name: 'bob-notebook', configId: h200, gpuCount: 2, metrics: { kind: 'idle' }, ...old },
  { name: 'cho-fresh', configId: h200, metrics: { kind: 'idle' }, createdMinutesAgo: 10 },
  { name: 'dia-render', configId: h200, metrics: { kind: 'idle', shape: { gaps: [always] } }, ...old },
  { name: 'eva-reserved', configId: h200, planId: 'gpu-h200-reserved-1m', metrics: { kind: 'idle' }, ...old },
  { name: 'inference-api', configId: h200, metrics: { kind: 'idle' }, ...old },
  { name: 'gus-starting', configId: h200, status: 'Pending', ...old },
  { name: 'off-limits', configId: h200, metrics: { kind: 'idle' }, ...old },
  { name: 'hal-\u001b[31mred\u0007\u202e', configId: h200, metrics: { kind: 'idle' }, ...old },
];

const guardrails = {
  owners: [{ name: '{owner}-*', to: '{owner}@gpu.dev' }],
  exemptions: [{ name: 'inference-*', until: 'forever', because: 'serves customers' }],
  policies: [{ name: 'hands off', match: { name: 'off-*' }, mode: 'off' }],
};

type Setup = {
  readonly settings?: object;
  readonly projects?: readonly string[];
  readonly fleet?: readonly RuntimeWish[];
};

/** An emulator by the real clock with runtimes, and settings for it. */
const setUp = async (setup: Setup = {}) => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  for (const wish of setup.fleet ?? fleet) emulator.control.addRuntime(wish);
  const settings = {
    provider: { organisation: emulator.organisation, projects: setup.projects ?? emulator.projects.slice(0, 1) },
    mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
    guardrails,
    ...setup.settings,
  };
  const config = join(folder, `${emulator.url.replace(/\D/g, '')}.config.mjs`);
  await writeFile(config, `export default ${JSON.stringify(settings)}`);
  return {
    emulator,
    words: ['--config', config, '--provider-url', emulator.runtimesUrl, '--inventory-url', emulator.inventoryUrl],
  };
};

const withToken = ({ token }: Emulator, columns?: number) => ({
  NEEVCLOUD_TOKEN: token,
  ...(columns === undefined ? {} : { COLUMNS: `${columns}` }),
});

const refusal = (words: readonly string[], environment: Record<string, string>) => {
  const command = readPlanCommand(words, environment);
  return command.kind === 'refused' ? command.message : expect.fail(JSON.stringify(command));
};

describe('npm run plan', () => {
  test('shows every runtime with its reading, verdict, reason and price, and only reads', async () => {
    const { emulator, words } = await setUp();
    const { out, err, code } = await run('plan', words, withToken(emulator, 220));
    expect({ err, code }).toEqual({ err: '', code: 0 });
    const lineOf = (name: string) => out.split('\n').find((line) => line.startsWith(name)) ?? expect.fail(out);
    expect(lineOf('bob-notebook')).toMatch(
      /2 × H200 +Running +GPU [\d.]+ %, CPU .*default +idle .*60 min.*120 min.*\$4\.78/,
    );
    expect(lineOf('cho-fresh')).toMatch(/idle, too young +younger than 30 minutes; .*80 min.*140 min/);
    expect(lineOf('ana-training')).toMatch(/in use +its GPU use is not below 5 %/);
    expect(lineOf('dia-render')).toMatch(/unknown +default +unknown, left alone +metrics: the provider answered 503/);
    expect(lineOf('eva-reserved')).toMatch(/only reported +its plan is reserved/);
    expect(lineOf('inference-api')).toMatch(/exempt +forever: serves customers/);
    expect(lineOf('gus-starting')).toMatch(/Pending +not read .*not running, left alone/);
    expect(lineOf('off-limits')).toMatch(/not read +hands off +not looked at/);
    expect(out).toContain('9 runtimes: 1 in use, 5 idle, 1 unknown, 1 not looked at, 1 not running');
    expect(out).toContain('$20.80/h in all, $14.34/h of it idle now; $9.56/h would stop');
    expect(out).toMatch(/bob-notebook .*only told.* bob@gpu\.dev, ops@gpu\.dev/);
    expect(out).toContain('One look cannot know for how long');
    expect(out).toContain('Exempt: runtimes named inference-*, forever (serves customers): 1 runtime');
    expect(out).toContain('Reserved plans, never deleted since that would save nothing: eva-reserved');
    expect(out).toContain('npm start -- --provider-url');
    expect(emulator.control.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each([80, 160])('fits %i columns, says a hostile name harmlessly, and no colour to a pipe', async (columns) => {
    const { emulator, words } = await setUp();
    const { out } = await run('plan', words, withToken(emulator, columns));
    const lines = out.split('\n');
    // Commands are to be copied: they are never broken.
    const tooWide = lines.filter((line) => line.length > columns && !line.includes('npm '));
    expect(tooWide).toEqual([]);
    expect(out).toContain('hal- [31mred');
    for (const control of ['\u001b', '\u0007', '\u202e']) expect(out).not.toContain(control);
    for (const { name = '' } of fleet.slice(0, -1)) expect(out).toContain(name);
  });

  test('--json is one object of a stable shape, with instants in words for machines', async () => {
    const { emulator, words } = await setUp();
    const { out, code } = await run('plan', [...words, '--json'], withToken(emulator));
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    for (const control of ['\u001b', '\u202e']) expect(out).not.toContain(control);
    const plan = JSON.parse(out);
    expect(Object.keys(plan)).toEqual([
      'at',
      'provider',
      'projects',
      'prices',
      'problems',
      'runtimes',
      'totals',
      'unsafeShortLadder',
      'observeTo',
      'exemptions',
      'placeholders',
    ]);
    expect(plan.totals).toEqual({
      runtimes: 9,
      running: 8,
      inUse: 1,
      idle: 5,
      unknown: 1,
      usdPerHour: 20.8,
      idleUsdPerHour: 14.34,
      deletableUsdPerHour: 9.56,
      unpriced: 0,
    });
    const bob = plan.runtimes.find(({ name }: { name: string }) => name === 'bob-notebook');
    expect(bob).toMatchObject({
      gpus: 2,
      gpuModel: 'NVIDIA H200',
      plan: 'on-demand',
      reading: { state: 'idle', cpu: { unit: 'cores' } },
      policy: 'default',
      mode: 'observe',
      state: 'idle',
      usdPerHour: 4.78,
      ifItStaysIdle: { outcome: 'deleted', would: true, told: ['bob@gpu.dev', 'ops@gpu.dev'] },
    });
    expect(Date.parse(bob.ifItStaysIdle.firstWarningAt) - Date.parse(plan.at)).toBe(60 * 60_000);
    expect(Date.parse(bob.ifItStaysIdle.deleteAt) - Date.parse(plan.at)).toBe(120 * 60_000);
    expect(plan.runtimes[0].name).toBe('bob-notebook');
  });

  test('asks the detail for what the listing leaves out', async () => {
    const hide = { list: ['gpuCount', 'planId', 'gpuConfigID'] as const, detail: [] };
    const wish = { name: 'bob-notebook', configId: h200, metrics: { kind: 'idle' }, hide, ...old } as const;
    const { emulator, words } = await setUp({ fleet: [{ ...wish, hide: { list: [...hide.list], detail: [] } }] });
    const { out } = await run('plan', [...words, '--json'], withToken(emulator));
    expect(JSON.parse(out).runtimes[0]).toMatchObject({ gpus: 1, plan: 'on-demand', usdPerHour: 2.39, state: 'idle' });
  });

  test('--emulator needs no account, and shows the story', async () => {
    const { out, err, code } = await run('plan', ['--emulator'], { COLUMNS: '80' });
    expect({ err, code }).toEqual({ err: '', code: 0 });
    for (const name of ['ana-training', 'bob-notebook', 'cho-finetune', 'dia-render', 'eva-reserved']) {
      expect(out).toContain(name);
    }
    expect(out).toContain('runtimes made up');
  });
});

describe('what cannot be looked at', () => {
  const struck = async (fault: Fault, setup: Setup = {}) => {
    const { emulator, words } = await setUp(setup);
    emulator.control.addFault(fault);
    return run('plan', words, withToken(emulator, 200));
  };

  test('a list of runtimes that is not whole is said loudly, and what came is shown', async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({ name: `wait-${index}`, status: 'Pending' }));
    const fault = { kind: 'missingPage', operation: 'listRuntimes' } as const;
    const { out, code } = await struck(fault, { fleet: many });
    expect(code).toBe(1);
    expect(out).toMatch(/! The list of project prj-\w+ is not whole, there may be more runtimes: /);
    expect(out).toContain('! Not everything was looked at');
    expect(out).toContain('100 runtimes: 0 in use, 0 idle, 100 not running');
  });

  test('without prices everything else is shown', async () => {
    const { out, code } = await struck({ kind: 'status', status: 400, operation: 'listInventory' });
    expect(code).toBe(1);
    expect(out).toContain('! There are no prices: ');
    expect(out).toContain('without 8 runtimes whose price is not known');
  });

  test('one project that does not exist hides no other', async () => {
    const { emulator, words } = await setUp();
    const other = await setUp({ projects: [emulator.projects[0] ?? '', 'prj-none'] });
    const both = await run('plan', [...words.slice(2), ...other.words.slice(0, 2)], withToken(emulator, 200));
    expect(both.code).toBe(1);
    expect(both.out).toMatch(/! There is no project prj-none in org-\w+ \(404 at http/);
    expect(both.out).toContain('bob-notebook');
  });

  test('projects of which none exists', async () => {
    const { emulator, words } = await setUp({ projects: ['prj-none'] });
    const { out, err, code } = await run('plan', words, withToken(emulator));
    expect({ out, code }).toEqual({ out: '', code: 1 });
    expect(err).toMatch(/^There is no project prj-none in org-\w+ .*Look at provider\.projects/);
  });

  test('another organisation than the token’s', async () => {
    const { emulator, words } = await setUp({
      settings: { provider: { organisation: 'org-other', projects: ['prj-a'] } },
    });
    const { err, code } = await run('plan', words, withToken(emulator));
    expect(code).toBe(1);
    expect(err).toMatch(/^Project prj-a of org-other may not be read with this token/);
  });

  test('a token that has expired', async () => {
    const { emulator, words } = await setUp();
    const token = emulator.control.issueToken({ expired: true });
    const { out, err, code } = await run('plan', words, { NEEVCLOUD_TOKEN: token });
    expect({ out, code }).toEqual({ out: '', code: 1 });
    expect(err).toMatch(/^The provider does not accept the token in NEEVCLOUD_TOKEN .*expired/);
    expect(err).not.toContain(token);
  });

  test.each([
    ['no token', {}, 'NEEVCLOUD_TOKEN: given nothing'],
    ['an inference key', { NEEVCLOUD_TOKEN: 'sk-nc-abcdef' }, 'NEEVCLOUD_TOKEN: given an inference key'],
  ])('%s', (_, environment, said) => {
    const message = refusal([], environment);
    expect(message).toContain(said);
    expect(message).not.toContain('abcdef');
  });

  test('an address at which nobody answers', async () => {
    const { emulator, words } = await setUp();
    await emulator.close();
    const { err, code } = await run('plan', words, withToken(emulator));
    expect(code).toBe(1);
    expect(err).toMatch(/^The provider cannot be reached at http:\/\/127\.0\.0\.1:\d+\/gpu: .*ECONNREFUSED/);
  });

  test('settings as they come', async () => {
    const { err, code } = await run('plan', [], { NEEVCLOUD_TOKEN: 'pat-nc-x' });
    expect(code).toBe(1);
    expect(err).toContain('provider.organisation: "org-REPLACE-ME" is a placeholder');
    expect(err).toContain('npm run plan -- --emulator');
  });

  test('settings that are not there', async () => {
    const { err, code } = await run('plan', ['--config', '/none.ts'], { NEEVCLOUD_TOKEN: 'pat-nc-x' });
    expect(code).toBe(1);
    expect(err).toMatch(/^\/none\.ts cannot be loaded: [^\n]+\n$/);
  });

  test.each([
    [['--provider-url', 'ftp://host'], '--provider-url: given "ftp://host"'],
    [['--inventory-url', 'https://user:sesame@host'], '--inventory-url: given'],
    [
      ['--emulator', '--provider-url', 'http://host'],
      '--provider-url: given an address; allowed: nothing with --emulator',
    ],
    [['--jsn'], '(Did you mean --json?)'],
    [['stray'], 'stray'],
  ])('%j', (words, said) => {
    const message = refusal(words, { NEEVCLOUD_TOKEN: 'pat-nc-x' });
    expect(message).toContain(said);
    expect(message).not.toContain('sesame');
  });

  test('--help tells the shape of --json and the exit codes', async () => {
    const { out, code } = await run('plan', ['--help']);
    expect(code).toBe(0);
    for (const word of ['--emulator', '--json', 'ifItStaysIdle', 'Exit code', 'NEEVCLOUD_TOKEN'])
      expect(out).toContain(word);
  });
});

describe('npm run explain', () => {
  test('says rule by rule why an idle runtime would go, and when', async () => {
    const { emulator, words } = await setUp();
    const { out, err, code } = await run('explain', ['BOB-notebook', ...words], withToken(emulator, 160));
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toMatch(/^Nothing is deleted in observe mode\. .*deleted .* \(in 120 min\) at the earliest/ms);
    expect(out).toMatch(/^✓ policy +default, 2 of 2/m);
    expect(out).toContain('not hands off: its name does not fit off-*');
    expect(out).toMatch(/^✗ mode +observe/m);
    for (const rule of ['status', 'reading', 'idle', 'age', 'exemption', 'unit', 'plan', 'hours', 'saved first']) {
      expect(out).toMatch(new RegExp(`^✓ ${rule} `, 'm'));
    }
    expect(out).toContain('told: bob@gpu.dev, else ops@gpu.dev');
    expect(out).toMatch(/^GPU 1, per cent: \d+ samples, the newest/m);
    // One runtime is read, not the fleet.
    expect(emulator.control.calls().getRuntimeMetrics).toBe(1);
    expect(emulator.control.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each([
    ['ana-training', 'stops', 'idle', 'its GPU use is not below 5 %'],
    ['cho-fresh', 'not-yet', 'age', 'younger than 30 minutes is never idle'],
    ['dia-render', 'stops', 'reading', 'unknown, which never counts as idle: metrics: the provider answered 503'],
    ['eva-reserved', 'stops', 'plan', 'reserved: deleting it saves nothing'],
    ['inference-api', 'stops', 'exemption', 'forever: serves customers'],
    ['gus-starting', 'stops', 'status', 'Pending: only what is Running'],
    ['off-limits', 'stops', 'mode', 'off: it is not even looked at'],
  ] as const)('%s: %s by %s', async (name, stands, rule, because) => {
    const settings = { guardrails: { ...guardrails, mode: 'enforce' } };
    const { emulator, words } = await setUp({ settings });
    const command = readExplainCommand([name, ...words], withToken(emulator));
    const { options } = command.kind === 'look' ? command : expect.fail(JSON.stringify(command));
    const source = await openSource(options);
    const look = await lookOnce({ ...source, clock: Date.now, choose: chooseRuntime(name) });
    const [one = expect.fail('nothing was looked at')] = look.runtimes;
    const { rules } = explanationOf(look, one, createTimeWords('UTC'), undefined);
    const first = rules.find((each) => each.stands === stands);
    expect(first?.rule).toBe(rule);
    expect(first?.lines.join('\n')).toContain(because);
  });

  test('--raw shows the metrics answer beside what was read from it', async () => {
    const body = { gpu_load: [{ pct: 3 }], note: 'hi\u001b[31m' };
    const { emulator, words } = await setUp({ fleet: [{ name: 'odd', metrics: { kind: 'raw', body }, ...old }] });
    const { out } = await run('explain', ['odd', '--raw', ...words], withToken(emulator));
    expect(out).toContain('"gpu_load": [');
    expect(out).toContain('gpu: the answer says nothing where it is looked for');
    expect(out).not.toContain('\u001b');
  });

  test('lists what there is where a name fits none or several', async () => {
    const { emulator, words } = await setUp();
    const none = await run('explain', ['zed', ...words], withToken(emulator));
    expect(none).toMatchObject({ out: '', code: 1 });
    expect(none.err).toMatch(/No runtime has the id or the name "zed".*bob-notebook/s);
    const several = await run('explain', ['*-r*', ...words], withToken(emulator));
    expect(several).toMatchObject({ out: '', code: 1 });
    expect(several.err).toMatch(/2 runtimes fit.*dia-render.*eva-reserved/s);
    expect(emulator.control.calls().getRuntimeMetrics).toBe(0);
  });
});
