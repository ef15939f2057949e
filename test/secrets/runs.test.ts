import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { openCredential } from '#adapters/secrets/open-secrets.ts';
import { minute } from '#domain/time.ts';
import { startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { createTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { createSystem } from '#local/system.ts';
import { startEngines, type TestEngines } from '../availability/world.ts';
import { failureOf, credentialName as name, startSecrets } from './given.ts';
import { refusal } from './parameter-store.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

let tables = 0;

/** Both jobs over an empty table and an emulated provider, whose credential stands in a store of parameters. */
const startJobs = async (value: string | undefined) => {
  const given = await startSecrets();
  const { store, time, clock, events } = given;
  const emulator = await startEmulator({ clock });
  if (value !== undefined) store.set(name, value === 'good' ? emulator.token : value);
  tables += 1;
  const tableName = `secrets-${tables}`;
  const { credential, missing } = openCredential(given.secrets, name);
  const system = createSystem({
    settings: readSettings({
      provider: { ...providerSettings(emulator), callsPerSecond: 1_000 },
      mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
      guardrails: { sampleOffsetSeconds: 0 },
    }),
    engines: {
      tableEndpoint: engines.proxies.table.endpoint,
      tableName,
      queueUrl: engines.proxies.queue.through(engines.queue.queueUrl),
      deadLetterQueueUrls: engines.queue.deadLetterQueueUrls,
      mailEndpoint: engines.proxies.mail.endpoint,
    },
    credential,
    missingCredential: missing,
    clock: {
      now: clock,
      sleep: async (milliseconds) => {
        time.now += milliseconds;
      },
    },
    report: (event) => events.push(event),
    linksUrl: 'https://links.example.com',
    linkSecret: 'a secret of at least thirty-two characters',
    mostAttempts: 1,
  });
  await createTable(system.dynamodb, tableName);
  onTestFinished(async () => {
    system.close();
    await emulator.close();
  });
  const calls = () => Object.values(emulator.control.calls()).reduce((sum, count) => sum + count, 0);
  return {
    ...given,
    emulator,
    control: emulator.control,
    calls,
    reads: () => store.counted('GetParameter'),
    items: async () => (await system.dynamodb.send(new ScanCommand({ TableName: tableName }))).Count,
    /** One run of a job, a minute after the one before. */
    run: async (job: Job): Promise<void> => {
      time.now += minute;
      await system[job]({}, lambdaContext({ functionName: job }));
    },
    named: (event: string) => events.filter((one) => one.event === event),
  };
};

type Job = 'watchAvailability' | 'guardRuntimes';
const jobs = [
  ['watchAvailability', 'polled'],
  ['guardRuntimes', 'guarded'],
] as const;

describe.each(jobs)('%s', (job, worked) => {
  test.each([
    ['is not set', 'not-set'],
    ['has no parameter', undefined],
  ])('ends in peace while the credential %s, and works in the run after it was set', async (_, value) => {
    const { run, events, calls, items, store, emulator, named, reads } = await startJobs(value);
    await run(job);
    await run(job);
    expect(events.map(({ event }) => event)).toEqual(['credential-missing', 'credential-missing']);
    expect(events[0]).toMatchObject({ because: expect.stringContaining(`aws ssm put-parameter --name ${name}`) });
    expect(calls()).toBe(0);
    expect(await items()).toBe(0);
    expect(reads()).toBe(2);
    store.set(name, emulator.token);
    await run(job);
    expect(named(worked)).toHaveLength(1);
    await run(job);
    expect(named(worked)).toHaveLength(2);
    expect(reads()).toBe(3);
  });

  test('fails clearly, and asks nobody, where the store does not answer', async () => {
    const { run, store, calls, events } = await startJobs('good');
    store.fail('GetParameter', refusal('AccessDeniedException', 'not authorized to perform ssm:GetParameter'));
    const failure = await failureOf(run(job));
    expect(failure.message).toContain(`The parameter ${name} cannot be read (AccessDeniedException: not authorized`);
    expect(failure.message).toContain('Check that the function');
    expect(calls()).toBe(0);
    expect(events).toEqual([]);
  });

  test('goes on through a rotation: the run that meets the 401 reads the new one', async () => {
    const { run, store, emulator, control, named, reads } = await startJobs('good');
    await run(job);
    control.revokeToken(emulator.token);
    store.set(name, control.issueToken());
    await run(job);
    await run(job);
    expect(named(worked)).toHaveLength(3);
    expect(reads()).toBe(2);
  });

  test('with a token that stays refused reads the store once a run at most, and shows the token nowhere', async () => {
    const { run, emulator, control, events, reads } = await startJobs('good');
    control.revokeToken(emulator.token);
    const failures: unknown[] = [];
    for (let times = 0; times < 5; times += 1) failures.push(await run(job).catch((error: unknown) => error));
    expect(reads()).toBeLessThanOrEqual(5);
    expect(JSON.stringify(events)).toContain('401');
    const told = [JSON.stringify(events), ...failures.map((error) => `${error} ${JSON.stringify(error)}`)].join('\n');
    expect(told).not.toContain(emulator.token);
  });

  test('says what is wrong with an inference key, and works two minutes after it was replaced', async () => {
    const { run, store, emulator, events, calls, named } = await startJobs('sk-nc-0123456789');
    await run(job).catch(() => {});
    expect(JSON.stringify(events)).toContain('inference key (sk-nc-…)');
    expect(JSON.stringify(events)).not.toContain('0123456789');
    expect(calls()).toBe(0);
    store.set(name, emulator.token);
    await run(job).catch(() => {});
    await run(job);
    expect(named(worked).length).toBeGreaterThan(0);
  });

  test('goes on with the credential that it knows where the store is away for a while', async () => {
    const { run, store, named, pass } = await startJobs('good');
    await run(job);
    store.fail('GetParameter', refusal('AccessDeniedException', 'for now'));
    pass(61 * minute);
    await run(job);
    expect(named(worked)).toHaveLength(2);
    expect(named('part-failed')).toMatchObject([{ part: 'secrets', because: expect.stringContaining(name) }]);
  });
});
