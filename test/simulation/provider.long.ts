import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProviderClient } from '#adapters/provider/client.ts';
import { createEmulator, type Fault, startEmulator } from '#local/emulator/emulator.ts';
import { noon, providerSettings } from '../provider/client-setup.ts';

const options = { clock: () => noon, seed: 'same', organisation: 'org-a', projects: ['prj-a'] };

/** A provider with three runtimes, whatever is between it and us. */
const startedAndCreated = async () => {
  const started = await startEmulator(options);
  const created = createEmulator({ ...options, sleep: async () => {} });
  return [
    { ...started, base: started.url, fetch: globalThis.fetch },
    { ...created, base: 'http://provider.simulated', close: async () => {} },
  ] as const;
};

type Side = Awaited<ReturnType<typeof startedAndCreated>>[number];

const clientOf = ({ base, fetch, token }: Side) =>
  createProviderClient({
    settings: providerSettings({
      runtimesUrl: `${base}/gpu`,
      inventoryUrl: `${base}/inventory`,
      tenantUrl: `${base}/tenant`,
    }),
    credential: { kind: 'token', token: async () => token },
    fetch,
    clock: () => noon,
    sleep: async () => {},
    random: () => 0.5,
  });

type Client = ReturnType<typeof clientOf>;

/** What a call came to, so that two sides can be compared: its value, or its error without what differs by the address. */
const outcomeOf = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await call();
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
};

const calls: readonly (readonly [string, (client: Client, id: string) => Promise<unknown>])[] = [
  ['a listing', (client) => client.listRuntimes('prj-a')],
  ['a detail', (client, id) => client.getRuntime({ project: 'prj-a', id })],
  ['metrics', (client, id) => client.getRuntimeMetrics({ project: 'prj-a', id })],
  ['the inventory', (client) => client.listOffers({})],
  ['a DELETE', (client, id) => client.deleteRuntime({ project: 'prj-a', id })],
];

const faults: readonly (Fault | undefined)[] = [
  undefined,
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 401 },
  { kind: 'status', status: 502, moment: 'after' },
  { kind: 'dropConnection', moment: 'before' },
  { kind: 'dropConnection', moment: 'after' },
  { kind: 'cutBody' },
  { kind: 'malformedJson' },
  { kind: 'emptyList' },
  { kind: 'staleData', minutes: 5 },
];

describe('a provider without a network answers as the one behind a port', () => {
  let sides: Awaited<ReturnType<typeof startedAndCreated>>;
  beforeAll(async () => {
    sides = await startedAndCreated();
  });
  afterAll(async () => {
    for (const side of sides) await side.close();
  });

  test.each(faults)('under the fault %j', async (fault) => {
    const outcomes = await Promise.all(
      sides.map(async (side) => {
        side.control.reset();
        const ids = ['a', 'b', 'c'].map((name) => side.control.addRuntime({ name }).id);
        if (fault !== undefined) side.control.addFault(fault);
        const client = clientOf(side);
        const seen: unknown[] = [];
        for (const [name, call] of calls) seen.push([name, await outcomeOf(() => call(client, ids[0] ?? ''))]);
        const left = side.control.runtimes().map(({ name, status }) => `${name} ${status}`);
        return { seen, left, requests: side.control.requests() };
      }),
    );
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
});

test('a listing whose provider gives two rows to a page is complete', async () => {
  const emulator = createEmulator({ ...options, mostPerPage: 2 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) emulator.control.addRuntime({ name });
  const client = clientOf({ ...emulator, base: 'http://provider.simulated', close: async () => {} });
  const listing = await client.listRuntimes('prj-a');
  expect([listing.complete, listing.rows.length, emulator.control.calls().listRuntimes]).toEqual([true, 5, 3]);
});
