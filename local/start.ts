import { readSettings } from '#adapters/configuration/define-config.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import config from '#config';
import { movableClock } from './clock.ts';
import { createConsole } from './console.ts';
import { startEmulated } from './start-emulated.ts';
import { readStartCommand, type StartOptions } from './start-options.ts';
import { startProvider } from './start-provider.ts';

const refuse = (message: string): void => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
};

/** Aborts on Ctrl-C, on a request to end, and when the time of `--exit-after` is over. */
const endingOf = (exitAfterMs: number | undefined): AbortSignal => {
  const ending = new AbortController();
  const end = (because: string) => () => ending.abort(because);
  process.once('SIGINT', end('Ctrl-C'));
  process.once('SIGTERM', end('asked to end'));
  if (exitAfterMs !== undefined) setTimeout(end('the time of --exit-after is over'), exitAfterMs).unref();
  return ending.signal;
};

const run = async (options: StartOptions): Promise<void> => {
  const settings = readSettings(config);
  const clock = movableClock(Date.now());
  const console = createConsole({
    write: (text) => process.stdout.write(text),
    json: options.json,
    colour: process.stdout.isTTY && process.stdout.hasColors(),
    now: options.mode === 'emulated' ? clock.now : Date.now,
    timeZone: settings.mail.timeZone,
  });
  const ending = endingOf(options.exitAfterMs);
  const { work, close } =
    options.mode === 'emulated'
      ? await startEmulated(clock)(options, settings, console.report, ending)
      : await startProvider(options, settings, console.report, ending);
  await work;
  console.report({ event: 'stopping', because: String(ending.reason) });
  await close();
  console.end();
};

const command = readStartCommand(process.argv.slice(2), processEnvironment());
switch (command.kind) {
  case 'help':
    process.stdout.write(command.text);
    break;
  case 'refused':
    refuse(command.message);
    break;
  case 'start':
    await run(command.options).catch((error: unknown) =>
      refuse(error instanceof Error ? error.message : String(error)),
    );
}
