import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedPythonPackage } from '../deploy/python.ts';
import { people, startApi } from './bench.ts';

/** Finds requests that an API answers otherwise than its OpenAPI document says. */
const schemathesis = { name: 'schemathesis', version: '4.32.5' } as const;

const examples = process.argv[2] ?? '100';
const commands = await installedPythonPackage(schemathesis);
const api = await startApi();
await api.send('POST', '/v1/watches', { as: 'operator', body: { gpu_model: 'H100' } });
const config = join(import.meta.dirname, 'schemathesis.toml');
// Where it leaves what it remembers of a run.
const folder = await mkdtemp(join(tmpdir(), 'gpu-warden-fuzz-'));
const token = await api.tokenOf('operator');
const fuzzing = spawn(
  join(commands, 'schemathesis'),
  [
    ...['--config-file', config, 'run', `${api.url}/openapi.json`, '--checks', 'all'],
    ...['--max-examples', examples, '--continue-on-failure', '--no-color'],
    ...['--header', `Authorization: Bearer ${token}`],
  ],
  { stdio: 'inherit', cwd: folder },
);
const [exitCode] = await once(fuzzing, 'close');
const failed = api.reported.filter(({ event }) => event === 'part-failed');
for (const event of failed) process.stderr.write(`${JSON.stringify(event)}\n`);
await api.close();
await rm(folder, { recursive: true, force: true });
process.stdout.write(`Signed in as ${people.operator.email}; ${failed.length} requests made the API fail.\n`);
process.exitCode = exitCode !== 0 || failed.length > 0 ? 1 : 0;
