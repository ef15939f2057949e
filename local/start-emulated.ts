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
import { createKeepPresser } from './story/keep-presser.ts';
import { addStoryRuntimes, keptRuntime, storyGuardrails, storyNote } from './story/runtimes.ts';

/** Whoever asks for every GPU of a replayed history, where nobody asked for anything. */
const replayWatches: Settings['availability']['watches'] = [{ to: 'team@example.com', gpus: 1, notify: 'every' }];

const watchesFor = ({ watches, history }: EmulatedOptions) => {
  if (watches.length > 0) return [...watches];
  return history.kind === 'replay' ? replayWatches : [...scenarioWatches];
};

/** The runtimes belong to the story; through a real mail server their made-up owners would be bothered. */
const hasRuntimes = ({ history, smtpUrl }: EmulatedOptions) => history.kind === 'scenario' && smtpUrl === undefined;

/** The user's settings, with the emulator in the place of the provider. */
const emulatedSettings = (settings: Settings, emulator: Emulator, options: EmulatedOptions): Settings => {
  return {
    ...settings,
    provider: { ...settings.provider, ...providerSettings(emulator) },
    // The clock stops for every run, so that looking several times within one would stop the story.
    availability: { ...settings.availability, watches: watchesFor(options), pollSeconds: 60 },
    guardrails: storyGuardrails,
    // Nothing is rented here: whoever tries the API may have runtimes made.
    creating: { allowed: 'everybody', whenAvailable: true, maxUsdPerHour: 20, maxGpus: 8, maxRuntimes: 5 },
  };
};

const notesFor = (options: EmulatedOptions): string[] => [
  options.history.kind === 'replay'
    ? `An emulator of the provider replays ${options.history.path}; no GPU is rented.`
    : 'A made-up story, told by an emulator of the provider; no GPU is rented.',
  ...(hasRuntimes(options) ? [storyNote] : []),
  options.smtpUrl === undefined ? 'Mails go to the inbox page alone.' : 'Mails go out through your mail server.',
];

/** A minute after the other, until the end; each lasts as long as the speed says, or as its run needs. */
const lapse = async (
  machine: Machine,
  clock: MovableClock,
  speed: number,
  ending: AbortSignal,
  act: () => Promise<void>,
): Promise<void> => {
  while (!ending.aborted) {
    const until = performance.now() + minute / speed;
    await Promise.all([machine.watch(), machine.guard()]);
    await machine.settled();
    await act();
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
    const wardenSettings = emulatedSettings(settings, emulator, options);
    if (hasRuntimes(options)) addStoryRuntimes(emulator.control, wardenSettings.provider.projects[0] ?? '');
    if (trace === undefined) playScenario(emulator.control);
    else emulator.control.replay(trace);
    let presser: ReturnType<typeof createKeepPresser> | undefined;
    const tell: typeof report = (event) => {
      presser?.notice(event);
      report(event);
    };
    const machine = await startMachine({
      ...machineOptions(options),
      settings: wardenSettings,
      credential: { kind: 'token', token: async () => emulator.token },
      clock: { now: clock.now, sleep: (milliseconds) => clock.advance(milliseconds) },
      report: tell,
      visibilityTimeoutSeconds: Math.max(1, Math.round(60 / speed)),
    });
    if (hasRuntimes(options)) presser = createKeepPresser(machine.inbox, keptRuntime);
    const { inboxUrl, tableUrl } = machine;
    const notes = [...notesFor(options), machine.apiNote];
    report({ event: 'started', provider: 'emulated', providerUrl: emulator.url, inboxUrl, tableUrl, speed, notes });
    return {
      work: lapse(machine, clock, speed, ending, async () => {
        await presser?.act().catch((error: unknown) => {
          report({ event: 'job-failed', job: 'story', because: String(error) });
        });
      }),
      close: async () => {
        await machine.close();
        await emulator.close();
      },
    };
  };
