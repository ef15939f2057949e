import { once } from 'node:events';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { nameWords } from '#adapters/look/one-line.ts';
import { second } from '#domain/time.ts';
import { type Clock, realClock } from './clock.ts';
import { startMachine } from './machine.ts';
import { startSchedule } from './schedule.ts';
import type { ProviderOptions } from './start-options.ts';
import { machineOptions, type Start, type Started } from './started.ts';

/** The settings are not ready for the real provider; the message says what to do about it. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/** The policies that delete, by their names. */
const enforcingIn = (settings: Settings): readonly string[] =>
  guardRulesOf(settings).policies.flatMap(({ name, mode }) => (mode === 'enforce' ? [nameWords(name)] : []));

/** Whatever would delete only observes; what is off stays off. */
const observing = (guardrails: Settings['guardrails']): Settings['guardrails'] => ({
  ...guardrails,
  mode: 'observe',
  policies: guardrails.policies.map((policy) => (policy.mode === 'enforce' ? { ...policy, mode: 'observe' } : policy)),
});

/** The settings of `warden.config.ts` with the addresses and the further watches of the command line. */
const settingsFor = (settings: Settings, options: ProviderOptions): Settings => ({
  ...settings,
  provider: { ...settings.provider, runtimesUrl: options.runtimesUrl, inventoryUrl: options.inventoryUrl },
  availability: {
    ...settings.availability,
    watches: [...settings.availability.watches, ...options.watches],
  },
  guardrails: options.enforce ? settings.guardrails : observing(settings.guardrails),
});

/** Without a mail server nobody is mailed, and a made-up address does no harm; the provider is real in any case. */
const refusePlaceholders = (settings: Settings, options: ProviderOptions): void => {
  const left = placeholdersIn(settings).filter(
    ({ path }) => options.smtpUrl !== undefined || path.startsWith('provider'),
  );
  if (left.length === 0) return;
  const lines = left.map(({ path, what }) => `  ${path}: ${what}`);
  throw new NotReadyError(`warden.config.ts still has placeholders:\n${lines.join('\n')}`);
};

/** Who asks to delete must have said so twice, and must be able to warn. */
const refuseEnforcing = (settings: Settings, { enforce, smtpUrl }: ProviderOptions): void => {
  if (!enforce) return;
  if (smtpUrl === undefined) {
    throw new NotReadyError('--enforce needs --smtp-url: nothing is deleted before its owner was warned by mail.');
  }
  if (enforcingIn(settings).length > 0) return;
  throw new NotReadyError(
    "--enforce needs guardrails.mode: 'enforce', or a policy with that mode, in warden.config.ts: by the settings everything only observes.",
  );
};

const mailNote = (smtpUrl: string | undefined) =>
  smtpUrl === undefined
    ? 'Nobody but the inbox page sees the mails: give --smtp-url to send them.'
    : 'Mails go out through your mail server; the links in them (Keep, unsubscribe) work on this machine only, while this runs.';

const guardNotes = (settings: Settings, { enforce }: ProviderOptions): readonly string[] => {
  const enforcing = enforcingIn(settings);
  if (enforce) {
    return [
      `IT DELETES idle runtimes, after their owners were warned. Policies that enforce: ${enforcing.join(', ')}.`,
    ];
  }
  const nothing = 'It only reads: of idle runtimes it tells what it would do. Nothing is created or deleted.';
  if (enforcing.length === 0) return [nothing];
  const because = `Policies that enforce by warden.config.ts (${enforcing.join(', ')}) only observe here: that takes --enforce and --smtp-url.`;
  return [nothing, because];
};

/** The same time, but whoever sleeps long wakes when all is to end, so that nobody waits for a run that waits. */
const clockUntil = ({ now, sleep }: Clock, ending: AbortSignal): Clock => {
  return {
    now,
    sleep: async (milliseconds, signal) => {
      if (milliseconds <= second) return sleep(milliseconds, signal);
      const either = signal === undefined ? ending : AbortSignal.any([signal, ending]);
      await sleep(milliseconds, either).catch((error: unknown) => {
        if (signal?.aborted || !ending.aborted) throw error;
      });
    },
  };
};

/**
 * Starts Warden over the real provider: real time, state on disk. It only reads, unless `--enforce`, the settings and a
 * mail server say together that idle runtimes are deleted. `clock`: real time, unless a test moves it.
 */
export const startProvider = async (
  ...[options, userSettings, report, ending, clock = realClock()]: [
    ...Parameters<Start<ProviderOptions>>,
    clock?: Clock,
  ]
): Promise<Started> => {
  const settings = settingsFor(userSettings, options);
  refusePlaceholders(settings, options);
  refuseEnforcing(settings, options);
  const machine = await startMachine({
    ...machineOptions(options),
    settings,
    credential: { kind: 'token', token: async () => options.token },
    clock: clockUntil(clock, ending),
    report,
    visibilityTimeoutSeconds: 60,
  });
  const { inboxUrl, tableUrl } = machine;
  const notes = [
    ...guardNotes(userSettings, options),
    `State is kept in ${options.dataDirectory}.`,
    mailNote(options.smtpUrl),
    machine.apiNote,
  ];
  const providerUrl = options.inventoryUrl;
  report({ event: 'started', provider: 'real', providerUrl, inboxUrl, tableUrl, speed: 1, notes });
  const jobs = { 'watch-availability': machine.watch, 'guard-runtimes': machine.guard };
  const schedules = Object.entries(jobs).map(([name, job]) =>
    startSchedule({
      clock,
      everyMinutes: 1,
      job,
      onFailure: (error) => report({ event: 'job-failed', job: name, because: String(error) }),
    }),
  );
  return {
    work: ending.aborted ? Promise.resolve() : once(ending, 'abort').then(() => {}),
    close: async () => {
      await Promise.all(schedules.map((schedule) => schedule.stop()));
      await machine.close();
    },
  };
};
