import { setTimeout as pause } from 'node:timers/promises';
import type { Settings } from '#adapters/configuration/settings.ts';
import { minute } from '#domain/time.ts';
import type { MovableClock } from './clock.ts';
import { type Emulator, loadAvailabilityTrace, startEmulator } from './emulator/emulator.ts';
import { providerSettings } from './emulator/provider-settings.ts';
import { freePort, usualPorts } from './engines/loopback.ts';
import { type Machine, startMachine } from './machine.ts';
import { playScenario, scenarioWatches } from './scenario.ts';
import type { EmulatedOptions } from './start-options.ts';
import { machineOptions, type Start } from './started.ts';

/** Whoever asks for every GPU of a replayed history, where nobody asked for anything. */
const replayWatches: Settings['availability']['watches'] = [{ to: 'team@example.com', gpus: 1, notify: 'every' }];

const watchesFor = ({ watches, history }: EmulatedOptions) => {
  if (watches.length > 0) return [...watches];
  return history.kind === 'replay' ? replayWatches : [...scenarioWatches];
};

/** The user's settings, with the emulator in the place of the provider. */
const emulatedSettings = (settings: Settings, emulator: Emulator, options: EmulatedOptions): Settings => {
  return {
    ...settings,
    provider: { ...settings.provider, ...providerSettings(emulator) },
    // The clock stops for every run, so that looking several times within one would stop the story.
    availability: { ...settings.availability, watches: watchesFor(options), pollSeconds: 60 },
  };
};

const notesFor = ({ history, smtpUrl }: EmulatedOptions): string[] => [
  history.kind === 'replay'
    ? `An emulator of the provider replays ${history.path}; no GPU is rented.`
    : 'A made-up story, told by an emulator of the provider; no GPU is rented.',
  smtpUrl === undefined ? 'Mails go to the inbox page alone.' : 'Mails go out through your mail server.',
];

/** A minute after the other, until the end; each lasts as long as the speed says, or as its run needs. */
const lapse = async (machine: Machine, clock: MovableClock, speed: number, ending: AbortSignal): Promise<void> => {
  while (!ending.aborted) {
    const until = performance.now() + minute / speed;
    await machine.watch();
    await machine.settled();
    await pause(Math.max(0, until - performance.now()), undefined, { signal: ending }).catch(() => {});
    if (!ending.aborted) await clock.advance(minute);
  }
};

/**
 * Starts Warden over the emulated provider, time-lapsed. Time stands still while a run works and while a mail is on its way,
 * so that a slow machine changes nothing but the pace.
 */
export const startEmulated =
  (clock: MovableClock): Start<EmulatedOptions> =>
  async (options, settings, report, ending) => {
    const { history, speed } = options;
    const trace = history.kind === 'replay' ? await loadAvailabilityTrace(history.path) : undefined;
    const emulator = await startEmulator({ port: await freePort(usualPorts.emulator), clock: clock.now });
    if (trace === undefined) playScenario(emulator.control);
    else emulator.control.replay(trace);
    const machine = await startMachine({
      ...machineOptions(options),
      settings: emulatedSettings(settings, emulator, options),
      credential: { kind: 'token', token: async () => emulator.token },
      clock: { now: clock.now, sleep: (milliseconds) => clock.advance(milliseconds) },
      report,
      visibilityTimeoutSeconds: Math.max(1, Math.round(60 / speed)),
    });
    const { inboxUrl, tableUrl } = machine;
    const notes = notesFor(options);
    report({ event: 'started', provider: 'emulated', providerUrl: emulator.url, inboxUrl, tableUrl, speed, notes });
    return {
      work: lapse(machine, clock, speed, ending),
      close: async () => {
        await machine.close();
        await emulator.close();
      },
    };
  };
