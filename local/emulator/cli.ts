import { Command, InvalidArgumentError } from 'commander';
import { type Emulator, loadAvailabilityTrace, loadUtilisationTrace, startEmulator, TraceError } from './emulator.ts';

type Options = {
  readonly port: number;
  readonly seed: string;
  readonly availability?: string;
  readonly utilisation?: string;
  readonly speed: number;
};

const wholePort = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('give 0 to 65535.');
  return port;
};

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('give a number above 0.');
  return value;
};

const program = new Command('emulator')
  .description("Starts the provider's emulator alone, on loopback, for any HTTP client. Ctrl-C ends it.")
  .option('--port <number>', 'port to listen on; 0 is any free one', wholePort, 7100)
  .option('--seed <text>', 'the same seed gives the same ids, tokens and times', '1')
  .option('--availability <path>', 'replay a CSV (also .gz) of availability, or a folder of them, from now on')
  .option('--utilisation <path>', 'replay a CSV (also .gz) of the use of runtimes, from now on')
  .option('--speed <factor>', "how fast the emulator's clock runs", positive, 1)
  .addHelpText('after', '\nAll that it decides, and the control surface under /_control: docs/emulator.md');

const head = ({ url, runtimesUrl, inventoryUrl, tenantUrl, token, login, organisation, projects }: Emulator): string =>
  [
    `The provider's emulator listens on ${url}`,
    '',
    `  runtimes, templates   ${runtimesUrl}/api/v1beta1/...`,
    `  inventory             ${inventoryUrl}/api/v1beta1/inventory...`,
    `  tenant                ${tenantUrl}/api/v1/auth/login`,
    `  OpenAPI 3.1           ${url}/openapi.json`,
    `  control surface       ${url}/_control`,
    '',
    `  token                 ${token}`,
    `  e-mail, password      ${login.email}  ${login.password}`,
    `  organisation          ${organisation}`,
    `  project               ${projects[0]}`,
    '',
    `  curl -s -H 'Authorization: Bearer ${token}' '${inventoryUrl}/api/v1beta1/inventory?gpu_model=H200'`,
    '',
    'Ctrl-C ends it.',
  ].join('\n');

const speedyClock = (speed: number) => {
  const startedAt = Date.now();
  return () => Math.round(startedAt + (Date.now() - startedAt) * speed);
};

/** What a person can put right is said in one line; anything else keeps its stack. */
const told = (error: unknown): never => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof TraceError) return program.error(error.message);
  if (code === 'EADDRINUSE')
    return program.error(`Port ${program.opts<Options>().port} is taken; choose another --port.`);
  if (code === 'EACCES')
    return program.error(`Port ${program.opts<Options>().port} needs more rights; choose another --port.`);
  throw error;
};

const run = async () => {
  const { port, seed, availability, utilisation, speed } = program.parse().opts<Options>();
  const trace = availability === undefined ? undefined : await loadAvailabilityTrace(availability);
  const use = utilisation === undefined ? undefined : await loadUtilisationTrace(utilisation);
  const emulator = await startEmulator({ port, seed, clock: speedyClock(speed) });
  if (trace) emulator.control.replay(trace);
  if (use) emulator.control.replayUtilisation(use);
  console.log(head(emulator));
  const end = () => void emulator.close().then(() => process.exit(0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
};

await run().catch(told);
