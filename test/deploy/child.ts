import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export type ChildOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/** A process and all that it started: it leads a group of its own, which a Ctrl-C in the terminal does not reach by itself. */
const start = ({ command, args, cwd, env }: ChildOptions): ChildProcess =>
  spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
};

/** Asks the group to end, and sees to it after five seconds. */
export const endGroup = async (child: ChildProcess): Promise<void> => {
  if (!hasEnded(child)) {
    signalGroup(child, 'SIGTERM');
    const patience = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000);
    await once(child, 'exit').finally(() => clearTimeout(patience));
  }
  // What it left behind: functions that still ran.
  signalGroup(child, 'SIGKILL');
};

/** Starts a server that writes its log into a file. */
export const startServer = (options: ChildOptions, logFile: string): ChildProcess => {
  const child = start(options);
  const log = createWriteStream(logFile);
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
};

export type Ended = { readonly exitCode: number; readonly output: string };

/** Runs a command to its end; `signal` ends it early. Its output holds both streams. */
export const runToEnd = async (options: ChildOptions, signal: AbortSignal): Promise<Ended> => {
  const child = start(options);
  const end = () => void endGroup(child);
  signal.addEventListener('abort', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  await once(child, 'close').finally(() => signal.removeEventListener('abort', end));
  return { exitCode: child.exitCode ?? 1, output };
};
