import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProvider } from './provider.ts';

const spawnCli = (...args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, ['local/emulator/cli.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

const ended = async (child: ChildProcess) => {
  const [out, err] = await Promise.all([child.stdout, child.stderr].map((each) => (each ? text(each) : '')));
  return { out: out ?? '', err: err ?? '', code: child.exitCode };
};

/** Everything up to the line that says it is ready. */
const headOf = async (child: ChildProcess): Promise<string> => {
  let head = '';
  for await (const chunk of child.stdout ?? []) {
    head += String(chunk);
    if (head.includes('Ctrl-C')) break;
  }
  return head;
};

describe('npm run emulator', { timeout: 20_000 }, () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'prints all that is needed to begin, and ends cleanly on %s',
    async (signal) => {
      const child = spawnCli('--port', '0');
      const head = await headOf(child);
      expect(head).toMatch(/listens on http:\/\/127\.0\.0\.1:\d+/);
      expect(head).toMatch(/organisation +org-\w+/);
      expect(head).toMatch(/project +prj-\w+/);
      const [, token = '', url = ''] = /curl -s -H 'Authorization: Bearer (\S+)' '(\S+)'/.exec(head) ?? [];
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      expect(await answer.json()).toMatchObject({ data: [{ gpu_model: 'NVIDIA H200' }] });
      const exited = once(child, 'exit');
      child.kill(signal);
      expect(await exited).toEqual([0, null]);
    },
  );

  test('--help tells the options', async () => {
    const { out } = await ended(spawnCli('--help'));
    for (const option of ['--port', '--seed', '--availability', '--utilisation', '--speed'])
      expect(out).toContain(option);
    expect(out).toContain('docs/emulator.md');
  });

  test('says in one line what cannot be done', async () => {
    const { emulator } = await startProvider();
    const taken = await ended(spawnCli('--port', new URL(emulator.url).port));
    expect(taken.err).toMatch(/^Port \d+ is taken; choose another --port\.\n$/);
    for (const option of ['--availability', '--utilisation']) {
      const missing = await ended(spawnCli(option, 'no-such.csv', '--port', '0'));
      expect(missing.err).toBe('no-such.csv: cannot be read\n');
    }
    expect((await ended(spawnCli('--port', 'high'))).err).toContain('give 0 to 65535');
    expect((await ended(spawnCli('--speed', '0'))).err).toContain('give a number above 0');
  });
});
