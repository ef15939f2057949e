import { readSettings, SettingsError } from '#adapters/configuration/define-config.ts';
import { faultLine } from '#adapters/configuration/faults.ts';

/** The fault lines that reading these settings brings; none where they are good. */
export const faultLines = (input: unknown): string[] => {
  try {
    readSettings(input);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(faultLine);
    throw error;
  }
};
