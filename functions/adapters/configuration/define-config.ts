import { check, type Fault, faultReport } from './faults.ts';
import { type Settings, type SettingsInput, settingsSchema } from './settings.ts';

/** The settings are not usable. The message lists all faults, one a line; nothing that looks like a credential is in it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faultReport('The settings have', faults));
    this.faults = faults;
  }
}

/** Gives an editor the names, types and meanings while `warden.config.ts` is written. Nothing is checked yet: see `readSettings`. */
export const defineConfig = (input: SettingsInput): SettingsInput => input;

/** Without the settings that are there but undefined (`until: process.env.UNTIL`): they are as good as left out. */
const withoutUndefined = (input: unknown): unknown => {
  if (Array.isArray(input)) return input.map(withoutUndefined);
  if (typeof input !== 'object' || input === null) return input;
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, withoutUndefined(value)]));
};

/** Settings with all defaults filled in. Throws one `SettingsError` that lists every fault. */
export const readSettings = (input: unknown): Settings => {
  const checked = check(settingsSchema, withoutUndefined(input));
  if (!checked.ok) throw new SettingsError(checked.faults);
  return checked.value;
};
