import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import { BenchFailedError } from './bench-world.ts';

const cli = join(import.meta.dirname, '../emulator/cli.ts');

const access = z.object({ organisation: z.string(), projects: z.array(z.string()), token: z.string() });
const calls = z.object({ calls: z.record(z.string(), z.number()), mostAtOnce: z.number() });

/** The provider's emulator in a process of its own, so that what it costs is no part of what is measured. */
export const startEmulatorProcess = async () => {
  const child = spawn(process.execPath, [cli, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let url: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  child.stdout.resume();
  if (url === undefined) throw new BenchFailedError('The emulator has not started.');
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const answer = await fetch(`${url}/_control${path}`, init);
    if (!answer.ok) throw new BenchFailedError(`The emulator answers ${answer.status} to ${method} ${path}.`);
    return answer.json();
  };
  const { organisation, projects, token } = access.parse(await ask('GET', ''));
  return {
    token,
    /** Of the settings: where it answers, and what of it is ours. */
    provider: {
      runtimesUrl: `${url}/gpu`,
      inventoryUrl: `${url}/inventory`,
      tenantUrl: `${url}/tenant`,
      organisation,
      // Runtimes are added to the first one.
      projects: projects.slice(0, 1),
    },
    ask,
    /** Requests so far, by operation. */
    calls: async () => calls.parse(await ask('GET', '/calls')),
    close: async (): Promise<void> => {
      child.kill();
      await ended;
    },
  };
};

export type EmulatorProcess = Awaited<ReturnType<typeof startEmulatorProcess>>;
