import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WardenEvent } from '#domain/event.ts';
import { second } from '#domain/time.ts';
import { startMemoryWorld } from '#local/backtest/memory-world.ts';
import { createPastProvider } from '#local/backtest/past-provider.ts';
import { readPast } from '#local/backtest/read-past.ts';
import { builtInTrial } from '#local/backtest/trial.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warden-backtest-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fileWith = async (name: string, lines: readonly string[]): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
};

const backtest = async (...args: readonly string[]) => {
  const child = spawn(process.execPath, ['local/backtest/backtest.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { out, err, code: child.exitCode };
};

/** Five hours of four: one idle, one that compiles, one that works late, one that comes later and is gone before the end. */
const use = (): Promise<string> => {
  const rows = Array.from({ length: 301 }, (_, minute) => [
    `${minute * 60},idle,0,0.1`,
    `${minute * 60},compiles,0,6`,
    `${minute * 60},works late,${minute < 150 ? 0 : 80},0.2`,
    ...(minute > 100 && minute < 280 ? [`${minute * 60},comes later,3,`] : []),
  ]);
  return fileWith('use.csv', ['at,runtime,gpu_percent,cpu_cores', ...rows.flat()]);
};

/** What a deployed Warden that only warns and observes would have logged over that past. */
const loggedOver = async (csv: string): Promise<readonly string[]> => {
  const { past } = await readPast(csv, Date.UTC(2026, 10, 2, 9));
  const { settings } = builtInTrial();
  let now = past.startsAt;
  const project = settings.provider.projects[0] ?? '';
  const provider = createPastProvider(past, (place) => `r${place}`, { now: () => now, project, pricePerGpuHour: 2 });
  const lines: string[] = [];
  const world = await startMemoryWorld({
    settings: { ...settings, guardrails: { ...settings.guardrails, mode: 'observe' } },
    provider,
    now: () => now,
    onEvent: ({ event, ...rest }: WardenEvent) =>
      lines.push(JSON.stringify({ level: 'INFO', message: event, ...rest })),
  });
  for (const atSeconds of past.lookAtSeconds) {
    now = past.startsAt + atSeconds * second;
    await world.guard();
    await world.deliver();
  }
  return lines;
};

type Outcome = {
  readonly fired: number;
  readonly warned: number;
  readonly deletions: readonly { readonly at: string; readonly hoursFreed: number }[];
};

describe('npm run backtest', { timeout: 60_000 }, () => {
  test('prints what would have been, for people and as one JSON object', async () => {
    const csv = await use();
    const { out, code } = await backtest('--utilisation', csv);
    expect(code).toBe(0);
    expect(out).toMatch(/^4 runtimes, 5\.0 h, 301 looks/);
    expect(out).toMatch(/^idle +2 h 00 +3\.0 +\$7\.17 +0$/m);
    expect(out).toMatch(/^works late +2 h 00 .* 151 +FALSE$/m);
    expect(out).not.toMatch(/^compiles/m);
    const json = JSON.parse((await backtest('--utilisation', csv, '--json')).out);
    expect(json).toMatchObject({ policy: 'default', runtimes: 4, fired: 3, false: 1, warned: 3 });
    expect(json.hoursFreed).toBeCloseTo(3 + 28 / 60, 2);
  });

  test('a sweep tries each value, and its page opens without a network', async () => {
    const chart = join(folder, 'sweep.html');
    const args = ['--sweep', 'deleteAfter=60m..180m/60m', '--json', '--chart', chart];
    const { sweep, values } = JSON.parse((await backtest('--utilisation', await use(), ...args)).out);
    expect(sweep).toBe('deleteAfter');
    expect(
      values.map(({ policy, fired, false: wrong }: Outcome & { policy: string; false: number }) => [
        policy,
        fired,
        wrong,
      ]),
    ).toEqual([
      [expect.stringContaining('1h'), 3, 1],
      [expect.stringContaining('2h'), 3, 1],
      [expect.stringContaining('3h'), 1, 0],
    ]);
    const page = await readFile(chart, 'utf8');
    expect(page).toMatch(/<svg/);
    expect(page).not.toMatch(/(src|href)="?https?:|@import|url\(http/);
  });

  test('what a Warden logged over a past gives what that past gives', async () => {
    const csv = await use();
    const log = await fileWith('readings.log', await loggedOver(csv));
    const [ofCsv, ofLog] = await Promise.all(
      [csv, log].map(
        async (file): Promise<Outcome> => JSON.parse((await backtest('--utilisation', file, '--json')).out),
      ),
    );
    const told = ({ fired, warned, deletions }: Outcome) => ({
      fired,
      warned,
      at: deletions.map(({ at }) => at).sort(),
    });
    expect(ofLog && told(ofLog)).toEqual(ofCsv && told(ofCsv));
    expect(ofLog?.fired).toBe(3);
  });

  test('windows and mails of availability', async () => {
    const rows = ['0,eu,c-h100,0', '600,eu,c-h100,1', '1200,eu,c-h100,0', '90000,eu,c-h100,2', '93600,eu,c-h100,0'];
    const file = await fileWith('offers.csv', ['at,region,config,available_gpu_count', ...rows]);
    const { out, code } = await backtest('--availability', file, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      windows: 2,
      mails: 2,
      untold: 0,
      medianDelaySeconds: 0,
      worstDelaySeconds: 0,
    });
  });

  test.each([
    [1, ['--utilisation', 'nowhere.csv'], /nowhere\.csv: cannot be read/],
    [1, ['--utilisation', 'package.json'], /package\.json/],
    [2, [], /--utilisation FILE, --availability FILE/],
    [2, ['--utilisation', 'x.csv', '--sweep', 'deleteAfter=4h..1h'], /the first value is above the last/],
  ])('ends with %i and says why: %j', async (wanted, args, why) => {
    const { err, code } = await backtest(...args);
    expect(err).toMatch(why);
    expect(err).not.toMatch(/ {4}at /);
    expect(code).toBe(wanted);
  });
});
