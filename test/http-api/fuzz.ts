import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
// Where it leaves what it remembers of a run.
const folder = await mkdtemp(join(tmpdir(), 'gpu-warden-fuzz-'));
const token = await api.tokenOf('operator');
const runtime = api.emulator.addRuntime({ name: 'ann-notebook', project: 'prj-a', createdMinutesAgo: 600 });
const usual = join(import.meta.dirname, 'schemathesis.toml');

/** The same with the ids of things that there are, so that what is behind them is reached, too. */
const withIds = join(folder, 'with-ids.toml');
const { id: watchId } = Object(
  (await api.send('POST', '/v1/watches', { as: 'operator', body: { gpu_model: 'A100' } })).body,
);
const { id: addressId } = Object(
  (await api.send('POST', '/v1/addresses', { as: 'operator', body: { email: 'team@example.com' } })).body,
);
const ids = {
  project_id: 'prj-a',
  runtime_id: runtime.id,
  watch_id: watchId,
  address_id: addressId,
  template_id: 'tpl-jupyterlab-pytorch',
  region_id: 'as-south-1',
  config_id: 'gpu-h100-80g-20cpu-125g',
};
const parameters = Object.entries(ids).map(([name, id]) => `"path.${name}" = "${id}"`);
await writeFile(withIds, `parameters = { ${parameters.join(', ')} }\n${await readFile(usual, 'utf8')}`);

/** Answers the exit code. `phases`: those of Schemathesis. */
const fuzz = async (config: string, phases: string): Promise<number> => {
  const fuzzing = spawn(
    join(commands, 'schemathesis'),
    [
      ...['--config-file', config, 'run', `${api.url}/openapi.json`, '--checks', 'all'],
      ...['--phases', phases, '--max-examples', examples, '--continue-on-failure', '--no-color'],
      ...['--header', `Authorization: Bearer ${token}`],
    ],
    { stdio: 'inherit', cwd: folder },
  );
  const [exitCode] = await once(fuzzing, 'close');
  return Number(exitCode);
};

const exitCodes = [await fuzz(usual, 'coverage,fuzzing,stateful'), await fuzz(withIds, 'coverage,fuzzing')];
const failed = api.reported.filter(({ event }) => event === 'part-failed');
for (const event of failed) process.stderr.write(`${JSON.stringify(event)}\n`);
await api.close();
await rm(folder, { recursive: true, force: true });
process.stdout.write(`Signed in as ${people.operator.email}; ${failed.length} requests made the API fail.\n`);
process.exitCode = exitCodes.some((code) => code !== 0) || failed.length > 0 ? 1 : 0;
