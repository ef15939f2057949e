import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { settingsSchema } from '#adapters/configuration/settings.ts';
import { createProviderClient, type ProviderClientOptions } from '#adapters/provider/client.ts';
import { ProviderError } from '#adapters/provider/errors.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';

/** 1 January 2026, noon. Tests move it; nothing in them looks at the wall clock. */
export const noon = Date.UTC(2026, 0, 1, 12);

export const h100 = 'gpu-h100-80g-20cpu-125g';
export const rtx5090 = 'gpu-rtx5090-32g-16cpu-96g';

type ProviderInput = Partial<Parameters<typeof settingsSchema.parse>[0] & object> | Record<string, unknown>;

export const providerSettings = (over: ProviderInput = {}) =>
  settingsSchema.parse({
    provider: { organisation: 'org-a', projects: ['prj-a'], callsPerSecond: 1000, ...over },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
  }).provider;

type World = { now: number; readonly waits: number[] };

/** What a client is given of the world: a clock that only tests move, waits that are noted and over at once. */
export const simulatedWorld = () => {
  const world: World = { now: noon, waits: [] };
  const parts = {
    clock: () => world.now,
    sleep: async (milliseconds: number) => {
      world.waits.push(milliseconds);
    },
    random: () => 0.5,
  };
  return { world, parts };
};

export type ClientChange = Partial<Omit<ProviderClientOptions, 'settings'>> & { readonly settings?: ProviderInput };

/** A client on a simulated world, whose provider is at the given addresses. */
export const clientAt = (
  bases: Pick<Emulator, 'runtimesUrl' | 'inventoryUrl' | 'tenantUrl'>,
  token: string,
  { settings, ...change }: ClientChange = {},
) => {
  const { world, parts } = simulatedWorld();
  const client = createProviderClient({
    settings: providerSettings(settings),
    stageBases: { runtimesUrl: bases.runtimesUrl, inventoryUrl: bases.inventoryUrl, tenantUrl: bases.tenantUrl },
    credential: { kind: 'token', token: async () => token },
    ...parts,
    ...change,
  });
  return { world, client };
};

/** The emulator, and a client of it. Both go by the same clock. */
export const startProvider = async (change: ClientChange = {}) => {
  const time = { now: noon };
  const emulator = await startEmulator({ clock: () => time.now });
  onTestFinished(() => emulator.close());
  const [project = ''] = emulator.projects;
  const settings = { organisation: emulator.organisation, projects: [...emulator.projects], ...change.settings };
  const { world, client } = clientAt(emulator, emulator.token, { clock: () => time.now, ...change, settings });
  const address = (id: string) => ({ project, id });
  return { emulator, control: emulator.control, client, world, time, project, address };
};

export type ServedRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
};
type Handler = (request: ServedRequest, response: ServerResponse) => void;

/** A real HTTP server that answers as a test says, and notes what it was asked. */
export const startServer = async (handler: Handler) => {
  const requests: ServedRequest[] = [];
  const bodies: string[] = [];
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (part: string) => {
      body += part;
    });
    incoming.on('end', () => {
      bodies.push(body);
      const request = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers };
      requests.push(request);
      handler(request, outgoing);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(
    () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return { url, requests, bodies, bases: { runtimesUrl: url, inventoryUrl: url, tenantUrl: url } };
};

export const answer = (response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

/** A server that gives every request the same answer, and a client of it. */
export const startAnswering = async (body: unknown, change: ClientChange & { readonly status?: number } = {}) => {
  const { status = 200, ...rest } = change;
  const server = await startServer((_, response) => answer(response, body, status));
  return { ...server, ...clientAt(server.bases, 'pat-nc-good', rest) };
};

/** The ProviderError that the work fails with. */
export const failureOf = async (work: Promise<unknown>): Promise<ProviderError> => {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`expected a failure, got ${JSON.stringify(outcome.value)}`);
  if (!(outcome.error instanceof ProviderError)) throw outcome.error;
  return outcome.error;
};
