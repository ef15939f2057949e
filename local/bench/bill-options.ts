import { parseArgs } from 'node:util';
import type { Load } from './bill-load.ts';

/** A load that cannot be run, or an option that is not understood. */
export class BillOptionsError extends Error {
  override readonly name = 'BillOptionsError';
}

const pollings: readonly Load['pollSeconds'][] = [15, 20, 30, 60];
/** More are not read in one run at the default pace. */
const mostRuntimes = 600;
const dailyMails = 1;
const usualAlerts = 24;

const option = { type: 'string' } as const;

const whole = (name: string, given: string | undefined, usual: number): number => {
  const value = Number(given ?? usual);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new BillOptionsError(`--${name} is a whole number, not ${given}`);
};

const refuse = (test: boolean, because: string): void => {
  if (test) throw new BillOptionsError(because);
};

const check = ({ runtimes, watches, warnings, deletions, windows, alerts }: Load): void => {
  refuse(runtimes > mostRuntimes, `--runtimes is at most ${mostRuntimes}: more are not read in a minute by default`);
  refuse(warnings % 2 !== 0, '--warnings is even: a runtime is warned twice');
  refuse(warnings > 2 * runtimes, `--warnings ${warnings} needs at least ${warnings / 2} runtimes`);
  refuse(deletions > warnings / 2, `--deletions ${deletions} needs at least ${2 * deletions} warnings`);
  refuse(alerts < 0, '--mails is at least the warnings, the deletions and the daily mail');
  refuse(alerts > watches, `--mails leaves ${alerts} for watches, and there are ${watches} watches`);
  refuse(alerts > 0 && windows === 0, '--mails leaves some for watches, and no window opens');
};

/**
 * Reads the command's options. A day's events grow with the runtimes unless they are given: for 100, 20 warnings and 5
 * deletions. 10 windows; mails: those of the warnings and deletions, the daily one, and 24 that watches have fired.
 */
export const readOptions = (args: readonly string[]): { readonly load: Load; readonly json: boolean } => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runtimes: option,
      watches: option,
      'poll-seconds': option,
      warnings: option,
      deletions: option,
      windows: option,
      mails: option,
      json: { type: 'boolean', default: false },
    },
  });
  const runtimes = whole('runtimes', values.runtimes, 100);
  const watches = whole('watches', values.watches, 1000);
  const warnings = whole('warnings', values.warnings, 2 * Math.round(runtimes / 10));
  const deletions = whole('deletions', values.deletions, Math.floor(warnings / 4));
  const windows = whole('windows', values.windows, 10);
  const others = warnings + deletions + dailyMails;
  const mails = whole('mails', values.mails, others + (windows === 0 ? 0 : Math.min(usualAlerts, watches)));
  const pollSeconds = pollings.find((seconds) => seconds === Number(values['poll-seconds'] ?? 60));
  if (pollSeconds === undefined) throw new BillOptionsError(`--poll-seconds is one of ${pollings.join(', ')}`);
  const load = { runtimes, watches, pollSeconds, warnings, deletions, windows, alerts: mails - others };
  check(load);
  return { load, json: values.json };
};
