import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { minute } from '#domain/time.ts';
import { startTable, type Table } from '#local/engines/table.ts';
import { permanent, sesEvent } from '#local/ses-events.ts';
import { unsuppress } from '#workflows/note-bounces/unsuppress.ts';
import { readUnsuppressCommand } from '../../local/deployed/unsuppress-command.ts';
import { unsuppressAddress } from '../../local/deployed/unsuppress-run.ts';
import { mailClient, tableClient } from '../local/sdk-clients.ts';
import { startAwsFront } from './aws-front.ts';
import { addressOf, type Bench, idOf, mailTo, now, startBench } from './bench.ts';

let engine: Table;
let bench: Bench;
beforeAll(async () => {
  engine = await startTable();
});
afterAll(() => engine.close());
beforeEach(async () => {
  bench = await startBench(engine.endpoint);
  await bench.seedRecipient('ada');
  await bench.note(sesEvent(mailTo('ada', 'm1', 'deleted'), permanent));
});
afterEach(() => bench.close());

const marked = async () => {
  const { todo } = await createAvailabilityStore(bench.table).readBoard();
  return todo.map(({ recipientId }) => recipientId);
};

describe('writing to an address again', () => {
  const worldOf = (putTodo = createAvailabilityStore(bench.table).putTodo) => ({
    store: { ...bench.store, putTodo },
    clock: () => now + minute,
    newId: () => 'stamp',
  });

  test('ends its suppression and its trouble, and has its watches looked at', async () => {
    expect(await bench.troubles()).toHaveLength(1);
    expect(await unsuppress(worldOf(), idOf('ada'))).toBe('written-to-again');
    const recipient = await bench.recipient('ada');
    expect(recipient).toMatchObject({ takesMailSince: now + minute });
    expect(recipient).not.toHaveProperty('undeliverable');
    expect(await bench.troubles()).toEqual([]);
    expect(await marked()).toEqual([idOf('ada')]);
  });

  test('twice: nothing more; of somebody else: nothing', async () => {
    await unsuppress(worldOf(), idOf('ada'));
    const once = await bench.dump();
    expect(await unsuppress(worldOf(), idOf('ada'))).toBe('not-suppressed');
    expect(await bench.dump()).toEqual(once);
    expect(await unsuppress(worldOf(), idOf('eve'))).toBe('unknown');
    expect(await bench.recipient('eve')).toBeUndefined();
  });

  test.each(['putTodo', 'saveRecipient', 'saveDesk'] as const)(
    'that dies at %s is mended by the next try',
    async (at) => {
      const { store, ...rest } = worldOf();
      const dies = { ...store, [at]: () => Promise.reject(new Error('the process died')) };
      await expect(unsuppress({ ...rest, store: dies }, idOf('ada'))).rejects.toThrow('the process died');
      await unsuppress({ ...rest, store }, idOf('ada'));
      expect(await bench.recipient('ada')).not.toHaveProperty('undeliverable');
      expect(await bench.troubles()).toEqual([]);
      expect(await marked()).toEqual([idOf('ada')]);
    },
  );
});

describe('the command', () => {
  const run = async (
    given: Parameters<typeof startAwsFront>[0],
    options = { stage: 'prod', address: 'Ada@example.com' },
  ) => {
    const front = await startAwsFront(given);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const limits = { region: 'us-east-1', credentials, maxAttempts: 1 };
    const clients = {
      cloudformation: new CloudFormationClient({ ...limits, endpoint: front.endpoint }),
      dynamodb: tableClient(engine.endpoint),
      ses: mailClient(front.endpoint),
    };
    onTestFinished(() => Object.values(clients).forEach((client) => void client.destroy()));
    const lines = await unsuppressAddress(clients, options, () => now + minute).catch((failure: Error) => [
      `${failure.name}: ${failure.message}`,
    ]);
    return { lines, listed: front.listed };
  };

  test('takes the address off the account’s list and writes to it again, however its letters are written', async () => {
    const { lines, listed } = await run({ tableName: bench.tableName, listed: ['Ada@example.com', 'eve@example.com'] });
    expect(lines).toEqual(['It is off the suppression list of SES.', 'GPU Warden writes to it again.']);
    expect([...listed]).toEqual(['eve@example.com']);
    expect(await bench.recipient('ada')).not.toHaveProperty('undeliverable');
  });

  test('says so where there was nothing to do', async () => {
    const options = { stage: 'prod', address: addressOf('eve') };
    const { lines } = await run({ tableName: bench.tableName, listed: [] }, options);
    expect(lines).toEqual([
      'It was not on the suppression list of SES.',
      expect.stringMatching(/^GPU Warden knows no such address in this stage/),
    ]);
  });

  test.each([
    ['there is no such stage', { listed: [] }, { stage: 'none', address: addressOf('ada') }, /does not exist/],
    ['the stack is not one of ours', { listed: [] }, undefined, /no output TableName/],
    ['SES refuses', { tableName: 't', listed: [], sesFails: true }, undefined, /^AccessDenied/],
  ])('%s: it fails, and nothing is changed in the table', async (_, given, options, words) => {
    const before = await bench.dump();
    const { lines } = await run(given, options);
    expect(lines.join('\n')).toMatch(words);
    expect(await bench.dump()).toEqual(before);
  });

  test.each([
    [['--address', 'ada@example.com'], { stage: 'prod', address: 'ada@example.com' }],
    [
      ['--stage', 'test', '--address', 'a@b.co', '--region', 'eu-central-1', '--profile', 'ops'],
      { stage: 'test', address: 'a@b.co', region: 'eu-central-1', profile: 'ops' },
    ],
  ])('%j is understood', (words, options) => {
    expect(readUnsuppressCommand(words)).toEqual({ kind: 'unsuppress', options });
  });

  test.each([
    [[], /--address/],
    [['--address', 'ada'], /one mail address/],
    [['--address', 'Ada <ada@example.com>'], /one mail address/],
    [['--address', 'ada@example.com', '--stage', 'Prod/1'], /the name of a stage/],
    [['--address', 'ada@example.com', 'more'], /too many arguments/],
    [['--adress', 'ada@example.com'], /--adress/],
  ])('%j is refused, and the way to the help is named', (words, because) => {
    const command = readUnsuppressCommand(words);
    expect(command).toMatchObject({ kind: 'refused', message: expect.stringMatching(because) });
    expect(command).toMatchObject({ message: expect.stringContaining('--help') });
  });

  test('its help says what it does not mend', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['local/deployed/unsuppress.ts', '--help']);
    for (const words of ['--stage', '--address', 'stays done', 'suppressed again', 'ses:DeleteSuppressedDestination']) {
      expect(stdout).toContain(words);
    }
  });
});
