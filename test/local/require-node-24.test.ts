import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Runs the guard on this Node, which is made to say that it is another. */
const runAs = (version: string) => {
  const disguise = `Object.defineProperty(process, 'version', { value: '${version}' })`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(disguise)}`, 'local/require-node-24.js'],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
};

test.each(['v24.0.0', 'v24.21.0', 'v26.10.0', 'v100.0.0'])('%s passes in silence', (version) => {
  expect(runAs(version)).toEqual({ status: 0, stdout: '', stderr: '' });
});

test.each(['v16.20.2', 'v20.20.2', 'v23.11.1'])(
  '%s is refused with what was found, needed and what to do',
  (version) => {
    const { status, stdout, stderr } = runAs(version);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`needs Node 24 or newer; this is Node ${version} (${process.execPath})`);
    expect(stderr).toContain('npm ci');
  },
);
