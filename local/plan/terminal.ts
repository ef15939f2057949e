import { SettingsError } from '#adapters/configuration/define-config.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { ProviderError } from '#adapters/provider/errors.ts';
import type { Instant } from '#domain/time.ts';
import type { Paper } from './layout.ts';
import type { LookCommand } from './options.ts';
import { PlanError } from './plan-error.ts';

/** Without a terminal, as wide as most that read it later. */
const usualColumns = 120;
const fewestColumns = 40;

/** The terminal; where there is none, the width in COLUMNS, and never a colour. */
export const paperOf = (stream: NodeJS.WriteStream): Paper => {
  const wanted = stream.columns ?? Number(processEnvironment().COLUMNS);
  const columns = Number.isInteger(wanted) && wanted > 0 ? wanted : usualColumns;
  return { columns: Math.max(fewestColumns, columns), colour: stream.isTTY === true && stream.hasColors() };
};

const isInstantName = (name: string): boolean => name === 'at' || name === 'until' || name.endsWith('At');

const escaped = (letter: string): string => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** One line of JSON. Instants become ISO texts; what a terminal would obey, or would not show, is escaped. */
export const jsonLine = (value: unknown): string =>
  JSON.stringify(value, (name, inner: unknown) =>
    isInstantName(name) && typeof inner === 'number' ? new Date(inner as Instant).toISOString() : inner,
  ).replace(/[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, escaped);

const isForPeople = (error: unknown): error is Error =>
  error instanceof PlanError || error instanceof SettingsError || error instanceof ProviderError;

/** Shows how many of the runtimes were read, on a terminal only, so that nobody waits in the dark. */
export const progressOn = (
  stream: NodeJS.WriteStream,
): { tell: (read: number, of: number) => void; end: () => void } => {
  if (!stream.isTTY) return { tell: () => {}, end: () => {} };
  return {
    tell: (read, of) => stream.write(`\r  reading ${read} of ${of}`),
    end: () => stream.write('\r\u001b[K'),
  };
};

/** Runs what the command line asks for. Whatever goes wrong is one message on standard error, and exit code 1. */
export const runCommand = async <Options>(
  command: LookCommand<Options>,
  look: (options: Options) => Promise<{ readonly text: string; readonly whole: boolean }>,
): Promise<void> => {
  if (command.kind === 'help') {
    process.stdout.write(command.text);
    return;
  }
  try {
    if (command.kind === 'refused') throw new PlanError(command.message);
    const { text, whole } = await look(command.options);
    process.stdout.write(text);
    if (!whole) process.exitCode = 1;
  } catch (error) {
    if (!isForPeople(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
};
