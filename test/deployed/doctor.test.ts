import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { allChecks } from '#local/deployed/checks/list.ts';
import { createSecrets } from '#local/deployed/checks/secrets.ts';
import { diagnose } from '#local/deployed/doctor-run.ts';
import { jsonLine } from '#local/plan/terminal.ts';
import { findingIn, pageOf, troublesIn } from './doctor-found.ts';
import { linkSecret, startStage } from './doctor-stage.ts';

const idle = { name: 'ana-notebook', metrics: { kind: 'idle' }, createdMinutesAgo: 600 } as const;

describe('a stage in which everything is well', () => {
  test('every check is made, in its order, and nothing is broken', async () => {
    const { world, emulator } = await startStage();
    emulator.control.addRuntime(idle);
    const diagnosis = await diagnose(world);
    expect(diagnosis.findings.map(({ name }) => name)).toEqual(allChecks.map(({ name }) => name));
    // The links of the test have no https.
    expect(troublesIn(diagnosis)).toEqual({ links: 'warning' });
    expect(diagnosis).toMatchObject({ healthy: true, region: 'eu-central-1', stack: 'gpu-warden-prod' });
    expect(diagnosis.findings.every(({ seen }) => seen.length > 0)).toBe(true);
  });

  test('the metrics of a running runtime stand beside what was read of them', async () => {
    const { world, emulator } = await startStage();
    emulator.control.addRuntime(idle);
    const metrics = findingIn(await diagnose(world), 'metrics');
    expect(metrics.seen[0]).toMatch(/^ana-notebook: GPU [\d.]+ %, CPU /);
    expect(metrics.seen.join('\n')).toMatch(/^ {2}GPU 0, percent: 20 samples: … [\d.]+( [\d.]+){7}$/m);
    expect(JSON.stringify(metrics.raw)).toMatch(/gpu/i);
  });

  test('it only reads', async () => {
    const { world, emulator, asked } = await startStage();
    emulator.control.addRuntime(idle);
    await diagnose(world);
    expect(emulator.control.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(asked.filter((operation) => !/^(Get|List|Describe)/.test(operation))).toEqual([]);
    expect(asked).toContain('GetParameter');
  });
});

describe('the page', () => {
  const sick = async () => {
    const { world, emulator, account } = await startStage();
    emulator.control.addRuntime({ ...idle, name: 'hal-\u001b[31mred\u0007\u202e' });
    account.mail.ProductionAccessEnabled = false;
    account.alarms = [];
    account.stack = { status: 'UPDATE_FAILED', reason: 'a \u001b[31mreason', outputs: account.stack?.outputs ?? {} };
    return diagnose(world);
  };

  test('says what is broken and what to do, harmlessly, and breaks no command', async () => {
    const diagnosis = await sick();
    const page = pageOf(diagnosis, 80);
    for (const control of ['\u001b', '\u0007', '\u202e']) expect(page).not.toContain(control);
    const commands = diagnosis.findings.flatMap(({ doThis }) => doThis.flatMap(({ command }) => command ?? []));
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands) expect(page).toContain(`    ${command}\n`);
    const tooWide = page.split('\n').filter((line) => line.length > 80 && !commands.includes(line.trim()));
    expect(tooWide).toEqual([]);
    expect(page).toMatch(/^✗ stack .*UPDATE_FAILED/m);
    expect(page).toMatch(/^! alarms +the stack has no alarms/m);
    expect(page).toMatch(/^1 broken, 3 warnings, 20 ok$/m);
    expect(page.indexOf('What is deployed')).toBeLessThan(page.indexOf('Links and alarms'));
  });

  test('colours only where they are wanted', async () => {
    const diagnosis = await sick();
    expect(pageOf(diagnosis, 80, true)).toContain('\u001b[31m✗');
    const plain = stripVTControlCharacters(pageOf(diagnosis, 80, true));
    expect(plain).toBe(pageOf(diagnosis, 80));
  });

  test('the answer of the metrics stands under what was read of it', async () => {
    const { world, emulator } = await startStage();
    emulator.control.addRuntime(idle);
    const page = pageOf(await diagnose(world), 100);
    expect(page).toMatch(/✓ metrics +ana-notebook: GPU (.|\n)*the answer as it came:\n +\{"/);
  });
});

describe('when nothing answers', () => {
  test('no stack: what to do about it, and no other call to what it would have held', async () => {
    const stage = await startStage();
    stage.account.stack = undefined;
    const diagnosis = await diagnose(stage.world);
    expect(findingIn(diagnosis, 'stack').seen).toEqual([
      'there is no stack gpu-warden-prod in eu-central-1, in the account of these credentials',
    ]);
    const broken = diagnosis.findings.filter(({ verdict }) => verdict === 'broken').map(({ name }) => name);
    expect(broken).toEqual(['stack']);
    expect(stage.asked).not.toContain('GetParameter');
  });

  test('one that never answers is no other’s trouble, and costs no more than its time', async () => {
    const stage = await startStage();
    for (const operation of ['GetAccount', 'DescribeAlarms', 'GetSchedule']) stage.account.silent.add(operation);
    const diagnosis = await diagnose(stage.world, allChecks, 4_000);
    expect(troublesIn(diagnosis)).toEqual({
      links: 'warning',
      'mail account': 'broken',
      recipients: 'broken',
      schedules: 'broken',
      alarms: 'broken',
    });
    expect(findingIn(diagnosis, 'alarms').seen).toEqual(['AWS cannot be reached: no answer within 4 s']);
  });
});

describe('secrets', () => {
  test('whatever holds one, it is shown nowhere', async () => {
    const stage = await startStage();
    const { token } = stage.emulator;
    stage.emulator.control.addRuntime({ ...idle, name: `named-${token}` });
    Object.assign(stage.account.stack ?? {}, { status: 'UPDATE_FAILED', reason: `${linkSecret} in a reason` });
    const diagnosis = await diagnose(stage.world);
    const { takenOut } = stage.world.secrets;
    for (const shown of [jsonLine(diagnosis), pageOf(diagnosis, 100)]) {
      expect(shown.includes(token) && shown.includes(linkSecret)).toBe(true);
      expect(takenOut(shown)).not.toContain(token);
      expect(takenOut(shown)).not.toContain(linkSecret);
    }
  });

  test('is taken out as it is, in an address and in JSON; the longest first', () => {
    const secrets = createSecrets();
    for (const secret of ['abcd', 'abcd"/efgh']) secrets.learn(secret);
    const text = `${JSON.stringify({ secret: 'abcd"/efgh' })} ?x=${encodeURIComponent('abcd"/efgh')} abcd"/efgh abcd`;
    expect(secrets.takenOut(text)).toBe('{"secret":"[not shown]"} ?x=[not shown] [not shown] [not shown]');
  });
});
