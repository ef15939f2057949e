import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { freePort, loopback } from '#local/engines/loopback.ts';
import { type ChildOptions, endGroup, startServer } from './child.ts';
import type { Cleanup } from './cleanup.ts';
import { installedPythonPackage, ToolMissingError } from './python.ts';
import { until } from './until.ts';

/** The local AWS that all this was tried with. What it does not do: docs/ministack.md. */
export const ministackPackage = {
  name: 'ministack',
  version: '1.5.33',
  // It verifies the signatures of tokens with this, and lets nobody in without.
  beside: ['cryptography==50.0.2'],
} as const;

export const region = 'us-east-1';
/** MiniStack takes this key for the account's root. It opens nothing anywhere else. */
export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

export type LocalAws = {
  /** Where every service answers. */
  readonly endpoint: string;
  /** What a program needs in its environment to take this for AWS: nothing of the caller's own credentials is in it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
};

/** Where MiniStack writes the certificate that it makes for itself. */
const certificateIn = (folder: string) => join(folder, 'ministack-tls/server.crt');

/** The caller's environment reaches nothing here: a real profile must never be used by mistake. */
const environmentOf = (folder: string, endpoint: string) => ({
  PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
  HOME: folder,
  TMPDIR: folder,
  AWS_ENDPOINT_URL: endpoint,
  NODE_EXTRA_CA_CERTS: certificateIn(folder),
  AWS_CA_BUNDLE: certificateIn(folder),
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** This process, too, takes the certificate that MiniStack made when it started. */
const trust = (certificateFile: string): void =>
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificateFile, 'utf8')]);

const isHealthy = async (endpoint: string, certificateFile: string): Promise<boolean> => {
  if (!existsSync(certificateFile)) return false;
  trust(certificateFile);
  return (await fetch(`${endpoint}/_ministack/health`).catch(() => undefined))?.ok ?? false;
};

/** With it MiniStack makes its certificate. */
const checkOpenssl = async (): Promise<void> => {
  try {
    await promisify(execFile)('openssl', ['version'], { timeout: 20_000 });
  } catch (cause) {
    const message = 'There is no openssl. Debian and Ubuntu: apt-get install openssl. macOS: brew install openssl.';
    throw new ToolMissingError(message, { cause });
  }
};

/** Starts MiniStack on a free port of this machine, with all that it writes in a folder. It ends with the run. */
export const startMinistack = async (runFolder: string, cleanup: Cleanup): Promise<LocalAws> => {
  await checkOpenssl();
  const commands = await installedPythonPackage(ministackPackage);
  const folder = join(runFolder, 'ministack');
  await mkdir(folder, { recursive: true });
  // What it runs functions with is CommonJS, whatever a package.json further up says.
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
  const port = await freePort();
  // By this name it calls itself in the addresses of queues.
  const endpoint = `https://localhost:${port}`;
  const environment = environmentOf(folder, endpoint);
  const logFile = join(folder, 'ministack.log');
  const options: ChildOptions = {
    command: join(commands, 'python'),
    args: [join(import.meta.dirname, 'start_ministack.py')],
    cwd: folder,
    env: {
      ...environment,
      GATEWAY_PORT: String(port),
      BIND_HOST: loopback,
      // Policies are looked at: a function can do what its role allows, and no more. Those of queues and buckets ask for TLS.
      AUTH: 'true',
      USE_SSL: '1',
      // It asks itself for the keys of its user pools.
      SSL_CERT_FILE: certificateIn(folder),
      MINISTACK_REGION: region,
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
      LAMBDA_EXECUTOR: 'local',
      PYTHONUNBUFFERED: '1',
    },
  };
  const child = startServer(options, logFile);
  cleanup.add(() => endGroup(child));
  await until('MiniStack answers', async () => (await isHealthy(endpoint, certificateIn(folder))) || undefined, {
    withinSeconds: 60,
    everySeconds: 0.2,
    unless: () => (child.exitCode === null ? undefined : `it ended with ${child.exitCode}; its log: ${logFile}`),
  });
  return { endpoint, environment, logFile };
};
