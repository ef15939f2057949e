import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { minute } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { listenOnLoopback } from '#local/engines/loopback.ts';
import type { ConsoleEvent } from '#local/local-event.ts';
import type { ProviderOptions } from '#local/start-options.ts';
import { NotReadyError, startProvider } from '#local/start-provider.ts';

/** A mail server that takes everything. */
const startMailServer = async (): Promise<string> => {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      stream.resume();
      stream.on('end', () => done());
    },
  });
  const port = await listenOnLoopback(server.server as Parameters<typeof listenOnLoopback>[0]);
  onTestFinished(() => void server.close(() => {}));
  return `smtp://127.0.0.1:${port}`;
};

let dataDirectory: string;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'gpu-warden-'));
});
afterEach(() => rm(dataDirectory, { recursive: true }));

const ladder = { firstWarningAfter: '8m', lastWarningAfter: '15m', deleteAfter: '30m', lead: '15m' };

const startedEmulator = async () => {
  const clock = movableClock(Date.UTC(2026, 0, 1, 12));
  const emulator = await startEmulator({ clock: clock.now });
  onTestFinished(() => emulator.close());
  emulator.control.addRuntime({ name: 'bob-notebook', metrics: { kind: 'idle' }, createdMinutesAgo: 600 });
  return { emulator, clock };
};

const settingsFor = (emulator: Emulator, guardrails: object) =>
  readSettings({
    provider: { organisation: emulator.organisation, projects: emulator.projects },
    mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
    guardrails: { sampleOffsetSeconds: 0, ...guardrails },
  });

const optionsFor = (emulator: Emulator, changes: Partial<ProviderOptions>): ProviderOptions => ({
  mode: 'provider',
  runtimesUrl: emulator.runtimesUrl,
  inventoryUrl: emulator.inventoryUrl,
  token: emulator.token,
  dataDirectory,
  enforce: false,
  watches: [],
  json: true,
  ...changes,
});

/** Lets minutes pass, each with its runs, until something of a kind has happened or they are over. */
const watchFor = async (
  { emulator, clock }: Awaited<ReturnType<typeof startedEmulator>>,
  kind: ConsoleEvent['event'],
  guardrails: object,
  changes: Partial<ProviderOptions>,
) => {
  const events: ConsoleEvent[] = [];
  const ending = new AbortController();
  const report = (event: ConsoleEvent) => void events.push(event);
  const options = optionsFor(emulator, changes);
  const started = await startProvider(options, settingsFor(emulator, guardrails), report, ending.signal, clock);
  const isOver = () => events.some(({ event }) => event === kind);
  const bothAsleep = () => vi.waitFor(() => expect(clock.sleepers()).toBe(2), { timeout: 20_000, interval: 5 });
  await bothAsleep();
  for (let minutes = 0; minutes < 60 && !isOver(); minutes += 1) {
    await clock.advance(minute);
    await bothAsleep();
  }
  ending.abort();
  await started.work;
  await started.close();
  return events;
};

const notesIn = (events: readonly ConsoleEvent[]) =>
  events.flatMap((event) => (event.event === 'started' ? event.notes : [])).join('\n');

const kindsIn = (events: readonly ConsoleEvent[]) => new Set(events.map(({ event }) => event));

describe('idle runtimes of the real provider', () => {
  const enforcing = [
    ['guardrails.mode', { mode: 'enforce', policies: [{ name: 'quick', ladder }] }],
    ["a policy's mode", { policies: [{ name: 'quick', mode: 'enforce', ladder }] }],
  ] as const;

  test.each(enforcing)('are only observed without --enforce, though %s says enforce', async (_, guardrails) => {
    const world = await startedEmulator();
    const { control } = world.emulator;
    const events = await watchFor(world, 'runtime-would-be-deleted', guardrails, {});
    expect(kindsIn(events)).toContain('runtime-would-be-deleted');
    expect(control.calls().deleteRuntime).toBe(0);
    expect(control.runtimes()).toHaveLength(1);
    expect(notesIn(events)).toContain('Nothing is created or deleted.');
    expect(notesIn(events)).toMatch(/\(quick(, default)?\) only observe here/);
  });

  test('are deleted with the setting, --enforce and a mail server', async () => {
    const world = await startedEmulator();
    const smtpUrl = await startMailServer();
    const [[, guardrails]] = enforcing;
    const events = await watchFor(world, 'runtime-deleting', guardrails, { smtpUrl, enforce: true });
    expect(notesIn(events)).toContain('IT DELETES idle runtimes');
    expect(notesIn(events)).toContain('Policies that enforce: quick, default.');
    expect(world.emulator.control.calls().deleteRuntime).toBe(1);
  });

  test('that are off stay off', async () => {
    const world = await startedEmulator();
    const guardrails = { mode: 'enforce', policies: [{ name: 'hands off', mode: 'off', match: { name: 'bob-*' } }] };
    await watchFor(world, 'guarded', guardrails, {});
    expect(world.emulator.control.calls().getRuntimeMetrics).toBe(0);
  });
});

describe('--enforce is refused', () => {
  const refusal = async (guardrails: object, changes: Partial<ProviderOptions>) => {
    const { emulator } = await startedEmulator();
    const options = optionsFor(emulator, { enforce: true, ...changes });
    const start = startProvider(options, settingsFor(emulator, guardrails), () => {}, new AbortController().signal);
    await expect(start).rejects.toThrow(NotReadyError);
    return start.then(
      () => '',
      (error: Error) => error.message,
    );
  };

  test('where the settings only observe', async () => {
    expect(await refusal({}, { smtpUrl: 'smtp://127.0.0.1:9' })).toContain("needs guardrails.mode: 'enforce'");
  });

  test('without a mail server, whoever asks', async () => {
    expect(await refusal({ mode: 'enforce' }, {})).toContain('needs --smtp-url');
  });
});
