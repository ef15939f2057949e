import { once } from 'node:events';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { realClock } from './clock.ts';
import { startMachine } from './machine.ts';
import { startSchedule } from './schedule.ts';
import type { ProviderOptions } from './start-options.ts';
import { machineOptions, type Start } from './started.ts';

/** The settings are not ready for the real provider; the message says what to fill in. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/** The settings of `warden.config.ts` with the addresses and the further watches of the command line. */
const settingsFor = (settings: Settings, options: ProviderOptions): Settings => ({
  ...settings,
  provider: { ...settings.provider, runtimesUrl: options.runtimesUrl, inventoryUrl: options.inventoryUrl },
  availability: {
    ...settings.availability,
    watches: [...settings.availability.watches, ...options.watches],
  },
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

const mailNote = (smtpUrl: string | undefined) =>
  smtpUrl === undefined
    ? 'Nobody but the inbox page sees the mails: give --smtp-url to send them.'
    : 'Mails go out through your mail server; their unsubscribe links work on this machine only, while this runs.';

/** Starts Warden over the real provider: real time, state on disk. It only reads; nothing is created or deleted. */
export const startProvider: Start<ProviderOptions> = async (options, userSettings, report, ending) => {
  const settings = settingsFor(userSettings, options);
  refusePlaceholders(settings, options);
  const clock = realClock();
  const machine = await startMachine({
    ...machineOptions(options),
    settings,
    credential: { kind: 'token', token: async () => options.token },
    clock,
    report,
    visibilityTimeoutSeconds: 60,
  });
  const { inboxUrl, tableUrl } = machine;
  const notes = [`State is kept in ${options.dataDirectory}.`, mailNote(options.smtpUrl)];
  const providerUrl = options.inventoryUrl;
  report({ event: 'started', provider: 'real', providerUrl, inboxUrl, tableUrl, speed: 1, notes });
  const schedule = startSchedule({
    clock,
    everyMinutes: 1,
    job: machine.watch,
    onFailure: (error) => report({ event: 'job-failed', job: 'watch-availability', because: String(error) }),
  });
  return {
    work: ending.aborted ? Promise.resolve() : once(ending, 'abort').then(() => {}),
    close: async () => {
      await schedule.stop();
      await machine.close();
    },
  };
};
