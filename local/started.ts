import type { Settings } from '#adapters/configuration/settings.ts';
import type { Console } from './console.ts';
import type { StartOptions } from './start-options.ts';

/** A Warden at work. `work` ends once `ending` aborts; `close` then ends everything else. */
export type Started = { readonly work: Promise<void>; readonly close: () => Promise<void> };

/** What every way of starting is given: the user's settings, where to tell what happens, and when to end. */
export type Start<Options extends StartOptions> = (
  options: Options,
  settings: Settings,
  report: Console['report'],
  ending: AbortSignal,
) => Promise<Started>;

/** The options that mean the same in every mode. */
export const machineOptions = ({ inboxPort, smtpUrl, dataDirectory }: StartOptions) => ({
  ...(inboxPort === undefined ? {} : { inboxPort }),
  ...(smtpUrl === undefined ? {} : { smtpUrl }),
  ...(dataDirectory === undefined ? {} : { dataDirectory }),
});
