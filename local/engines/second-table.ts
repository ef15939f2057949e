import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, loopback } from './loopback.ts';
import type { Table } from './table.ts';

const startWithinMs = 10_000;

const binaryPath = (): string | undefined => {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `@dynoxide/${process.platform}-${process.arch}/package.json`,
    );
    const path = join(dirname(manifest), 'dynoxide');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
};

const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );

const untilAnswering = async (endpoint: string, child: ChildProcess, complaint: () => string): Promise<void> => {
  const giveUpAt = Date.now() + startWithinMs;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`dynoxide ended at once: ${complaint()}`);
    if (Date.now() > giveUpAt) throw new Error(`dynoxide does not answer at ${endpoint}: ${complaint()}`);
    await pause(10);
  }
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

/**
 * Starts a second engine, another program in another language, so that the store's tests do not prove dynalite's habits.
 * It is a child process, in memory. Undefined, with the reason printed, where npm has no binary for this platform.
 */
export const startSecondTable = async (
  print: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<Table | undefined> => {
  const path = binaryPath();
  if (path === undefined) {
    print(`No second table engine: @dynoxide/${process.platform}-${process.arch} is not installed.`);
    return undefined;
  }
  const port = await freePort();
  const child = spawn(path, ['--host', loopback, '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => stderr.push(chunk));
  // A test run that ends without close() must not leave the child behind.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const close = async () => {
    process.off('exit', killAtExit);
    await ended(child);
  };
  const endpoint = `http://${loopback}:${port}`;
  try {
    await untilAnswering(endpoint, child, () => stderr.join('').trim());
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint, close };
};
