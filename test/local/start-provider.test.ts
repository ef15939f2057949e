import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import config from '#config';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import type { ConsoleEvent } from '#local/local-event.ts';
import type { ProviderOptions } from '#local/start-options.ts';
import { NotReadyError, startProvider } from '#local/start-provider.ts';

let emulator: Emulator;
let dataDirectory: string;
beforeAll(async () => {
  // A provider by the real clock, as a stranger would find it.
  emulator = await startEmulator();
  emulator.control.setOffer({ configId: 'gpu-h100-80g-20cpu-125g', available: 2 });
  dataDirectory = await mkdtemp(join(tmpdir(), 'gpu-warden-'));
});
afterAll(async () => {
  await emulator.close();
  await rm(dataDirectory, { recursive: true });
});

const settingsFor = (watches: object[]) =>
  readSettings({
    provider: { organisation: emulator.organisation, projects: emulator.projects },
    mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
    availability: { watches },
    guardrails: { sampleOffsetSeconds: 0 },
  });

const optionsFor = (changes: Partial<ProviderOptions> = {}): ProviderOptions => ({
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

/** Runs until something of the kind has happened, then ends; answers all that was told. */
const runUntil = async (kind: ConsoleEvent['event'], watches: object[], changes: Partial<ProviderOptions> = {}) => {
  const events: ConsoleEvent[] = [];
  const ending = new AbortController();
  const report = (event: ConsoleEvent) => {
    events.push(event);
    if (event.event === kind) ending.abort();
  };
  const started = await startProvider(optionsFor(changes), settingsFor(watches), report, ending.signal);
  await started.work;
  await started.close();
  return events.map(({ event }) => event);
};

describe('the real provider, without AWS', () => {
  const h100 = { to: 'ada@gpu.dev', model: 'H100' };

  test('mails what the settings and the command line ask for', async () => {
    const events = await runUntil('mail-sent', [h100]);
    expect(events[0]).toBe('started');
    expect(events).toContain('watch-fired');
  });

  test('remembers over a restart whom it has told, and tells the new watch', async () => {
    const fired = (
      await runUntil('mail-sent', [h100], { watches: [{ to: 'bob@gpu.dev', model: 'H100', gpus: 1, notify: 'once' }] })
    ).filter((event) => event === 'watch-fired');
    expect(fired).toHaveLength(1);
  });

  test('asks nobody else’s account: placeholders of the provider are refused, with what to fill in', async () => {
    const start = startProvider(optionsFor(), readSettings(config), () => {}, new AbortController().signal);
    await expect(start).rejects.toThrow(NotReadyError);
    await expect(start).rejects.toThrow(/provider\.organisation.*REPLACE-ME/);
  });

  test('made-up addresses are refused where mails go out', async () => {
    const settings = settingsFor([{ to: 'me@example.com', model: 'H100' }]);
    const options = optionsFor({ smtpUrl: 'smtp://127.0.0.1:9' });
    const start = startProvider(options, settings, () => {}, new AbortController().signal);
    await expect(start).rejects.toThrow(/availability\.watches\[0\]\.to/);
  });
});
