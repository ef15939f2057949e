import type { ServerResponse } from 'node:http';
import { setTimeout as timer, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createPace } from '#adapters/provider/pace.ts';
import { answer, clientAt, failureOf, noon, simulatedWorld, startAnswering, startServer } from './client-setup.ts';

const noOffers = { data: [], pagination: { total_items: 0, total_pages: 0, current_page: 1, items_per_page: 100 } };
const runtime = { project: 'prj-a', id: 'a' };

/** A server that keeps every request waiting until it is told to answer, and the most that ever waited at once. */
const startHolding = async (expected: number, change: Parameters<typeof clientAt>[2] = {}) => {
  const held: ServerResponse[] = [];
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const server = await startServer((_, response) => {
    held.push(response);
    if (held.length === expected) resolve();
  });
  return { ...server, ...clientAt(server.bases, 'pat-nc-good', change), held, arrived };
};

describe('calls at once', () => {
  test('no more than the setting, counted by the server', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const server = await startServer(async (_, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      if (waiting.length < 3) return;
      // One more than there may be would arrive in these turns of the loop.
      for (let turns = 0; turns < 20; turns++) await turn();
      most = Math.max(most, waiting.length);
      for (const each of waiting.splice(0)) answer(each, noOffers);
    });
    const { client } = clientAt(server.bases, 'pat-nc-good', { settings: { callsAtOnce: 3 } });
    await Promise.all(Array.from({ length: 42 }, () => client.listOffers()));
    expect(server.requests).toHaveLength(42);
    expect(most).toBe(3);
  });

  test('a retry does not keep a place while it waits', async () => {
    const { promise: waited, resolve: endWait } = Promise.withResolvers<void>();
    let first = true;
    const server = await startServer((_, response) => {
      answer(response, noOffers, first ? 503 : 200);
      first = false;
    });
    const change = { settings: { callsAtOnce: 1 }, sleep: () => waited };
    const { client } = clientAt(server.bases, 'pat-nc-good', change);
    const failedFirst = client.listOffers();
    expect((await client.listOffers()).complete).toBe(true);
    endWait();
    expect((await failedFirst).complete).toBe(true);
  });

  test('an aborted call gives its place in the line away, and is never sent', async () => {
    const { client, held, arrived, requests } = await startHolding(1, { settings: { callsAtOnce: 1 } });
    const first = client.listOffers();
    await arrived;
    const controller = new AbortController();
    const second = client.listOffers({}, { signal: controller.signal });
    const third = client.listTemplates();
    controller.abort(new Error('no longer wanted'));
    await expect(second).rejects.toThrow('no longer wanted');
    for (let answered = 0; answered < 2; ) {
      const response = held.shift();
      if (response === undefined) await turn();
      else {
        answer(response, noOffers);
        answered += 1;
      }
    }
    await Promise.all([first, third]);
    expect(requests.map(({ url }) => url.split('?')[0])).toEqual([
      '/api/v1beta1/inventory',
      '/api/v1beta1/airuntime-templates',
    ]);
  });
});

describe('calls in a second', () => {
  /** Begins of works by a simulated clock, which a sleep moves. */
  const begins = async (works: number, perSecond: number, spacing = 0) => {
    let now = noon;
    const clock = () => now;
    const sleep = async (milliseconds: number) => {
      now += milliseconds;
    };
    const pace = createPace(1, perSecond, clock, sleep);
    const begun: number[] = [];
    for (let work = 0; work < works; work++) {
      await pace(async () => begun.push(now - noon), new AbortController().signal);
      now += spacing;
    }
    return begun;
  };

  test('as many as the setting at once, then none until a second after the first', async () => {
    expect(await begins(7, 3)).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000]);
  });

  test('in no span of one second more than the setting', async () => {
    const begun = await begins(50, 4, 90);
    for (const [index, at] of begun.entries()) {
      const before = begun[index - 4];
      if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(1_000);
    }
  });

  test('slow enough by themselves, they do not wait', async () => {
    expect(await begins(4, 2, 500)).toEqual([0, 500, 1_000, 1_500]);
  });

  test('what was aborted in the line takes no turn', async () => {
    const { world, parts } = simulatedWorld();
    const pace = createPace(1, 2, parts.clock, parts.sleep);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const controller = new AbortController();
    const never = new AbortController().signal;
    const first = pace(() => held, never);
    const aborted = [1, 2, 3].map(() => pace(async () => undefined, controller.signal).catch(() => 'aborted'));
    controller.abort();
    release();
    await first;
    expect(await Promise.all(aborted)).toEqual(['aborted', 'aborted', 'aborted']);
    await pace(async () => undefined, never);
    expect(world.waits).toEqual([]);
  });

  test('the client keeps to it', async () => {
    const { client, world } = await startAnswering(noOffers, { settings: { callsPerSecond: 2 } });
    await Promise.all(Array.from({ length: 5 }, () => client.listOffers()));
    expect(world.waits).toEqual([1_000, 1_000, 2_000]);
  });
});

describe('a time limit on every call', () => {
  const stalled: readonly [string, (response: ServerResponse) => void][] = [
    ['no answer at all', () => undefined],
    ['a head without a body', (response) => response.writeHead(200, { 'content-length': '100' }).flushHeaders()],
    ['a body that never ends', (response) => response.writeHead(200).write('{"data": [')],
    ['an error whose body never ends', (response) => response.writeHead(400).write('{"error": ')],
  ];

  test.each(stalled)('%s', async (_, stall) => {
    const limits: { readonly milliseconds: number; readonly controller: AbortController }[] = [];
    const server = await startServer((_request, response) => {
      stall(response);
      // What has been written is on its way before the limit passes.
      setImmediate(() => limits.at(-1)?.controller.abort());
    });
    const expireAfter = (milliseconds: number) => {
      const controller = new AbortController();
      limits.push({ milliseconds, controller });
      return controller.signal;
    };
    const { client } = clientAt(server.bases, 'pat-nc-good', { expireAfter, settings: { callTimeoutSeconds: 7 } });
    const failure = await failureOf(client.getRuntimeMetrics(runtime));
    expect(failure).toMatchObject({ name: 'TimedOut', operation: 'getRuntimeMetrics' });
    expect(failure.message).toContain('7 s');
    expect(limits.map(({ milliseconds }) => milliseconds)).toEqual([7_000, 7_000, 7_000]);
    expect(server.requests).toHaveLength(3);
  });

  test('by the real clock, where nothing else is given', async () => {
    const server = await startServer(() => undefined);
    const { client } = clientAt(server.bases, 'pat-nc-good', { mostRetries: 0, settings: { callTimeoutSeconds: 1 } });
    expect(await failureOf(client.getRuntimeMetrics(runtime))).toMatchObject({ name: 'TimedOut' });
  });

  test('a deletion whose body never ends is accepted', async () => {
    const server = await startServer((_, response) => response.writeHead(202).write('{'));
    const { client } = clientAt(server.bases, 'pat-nc-good');
    expect(await client.deleteRuntime(runtime)).toEqual({ outcome: 'accepted' });
  });
});

test('a fetch that does not look at its signal is under the limit too', async () => {
  const limit = new AbortController();
  const endless = new ReadableStream({ pull: () => limit.abort() }, { highWaterMark: 0 });
  const change = { fetch: async () => new Response(endless), expireAfter: () => limit.signal, mostRetries: 0 };
  const { client } = await startAnswering({}, change);
  expect(await failureOf(client.getRuntimeMetrics(runtime))).toMatchObject({ name: 'TimedOut' });
});

describe("the caller's abort", () => {
  test.each(['getRuntimeMetrics', 'getRuntime', 'deleteRuntime'] as const)(
    'ends %s with its own reason',
    async (name) => {
      const { client, arrived, requests } = await startHolding(1);
      const controller = new AbortController();
      const call = client[name](runtime, { signal: controller.signal });
      await arrived;
      controller.abort(new Error('the run ends'));
      await expect(call).rejects.toThrow('the run ends');
      expect(requests).toHaveLength(1);
    },
  );

  test('before the call: nothing is sent', async () => {
    const { client, requests } = await startHolding(1);
    const call = client.listOffers({}, { signal: AbortSignal.abort(new Error('too late')) });
    await expect(call).rejects.toThrow('too late');
    expect(requests).toHaveLength(0);
  });

  test('while it waits to try again: at once', async () => {
    const controller = new AbortController();
    const sleep = () => {
      controller.abort(new Error('the run ends'));
      return new Promise<void>(() => undefined);
    };
    const { client, requests } = await startAnswering({}, { status: 503, sleep });
    await expect(client.listOffers({}, { signal: controller.signal })).rejects.toThrow('the run ends');
    expect(requests).toHaveLength(1);
  });

  test('while it waits to try again, by a real timer: still with its own reason', async () => {
    const controller = new AbortController();
    const sleep = (milliseconds: number, signal?: AbortSignal) => {
      setImmediate(() => controller.abort(new Error('the run ends')));
      return timer(milliseconds, undefined, signal === undefined ? {} : { signal });
    };
    const { client } = await startAnswering({}, { status: 503, sleep });
    await expect(client.listOffers({}, { signal: controller.signal })).rejects.toThrow('the run ends');
  });

  test('ends a listing, whatever came of it', async () => {
    const controller = new AbortController();
    const server = await startServer(({ url }, response) => {
      if (url.includes('page=2')) controller.abort(new Error('the run ends'));
      else
        answer(response, {
          data: [{}],
          pagination: { total_items: 2, total_pages: 2, current_page: 1, items_per_page: 1 },
        });
    });
    const { client } = clientAt(server.bases, 'pat-nc-good');
    await expect(client.listOffers({}, { signal: controller.signal })).rejects.toThrow('the run ends');
  });
});

describe("the caller's deadline", () => {
  test('a wait that would not end before it is not begun', async () => {
    const { client, world, requests } = await startAnswering({}, { status: 503 });
    const failure = await failureOf(client.listOffers({}, { deadline: noon + 200 }));
    expect(failure).toMatchObject({ name: 'Unavailable', status: 503 });
    // 187.5 ms end before it, 375 ms do not; the clock stands still here.
    expect(world.waits).toEqual([187.5]);
    expect(requests).toHaveLength(2);
  });

  test('ends a call that is under way, and its retries', async () => {
    const { parts } = simulatedWorld();
    const expiries = new Map<number, AbortController>();
    const expireAfter = (milliseconds: number) => {
      const controller = new AbortController();
      expiries.set(milliseconds, controller);
      return controller.signal;
    };
    const { client, arrived, requests } = await startHolding(1, { ...parts, expireAfter });
    const call = failureOf(client.listOffers({}, { deadline: noon + 4_321 }));
    await arrived;
    expiries.get(4_321)?.abort();
    const failure = await call;
    expect(failure).toMatchObject({ name: 'TimedOut', operation: 'listOffers' });
    expect(failure.message).toContain('deadline');
    expect(requests).toHaveLength(1);
  });

  test('that has passed already: nothing is sent', async () => {
    const { client, requests } = await startAnswering(noOffers, {
      expireAfter: (ms) => (ms === 0 ? AbortSignal.abort() : new AbortController().signal),
    });
    expect(await failureOf(client.listOffers({}, { deadline: noon - 1 }))).toMatchObject({ name: 'TimedOut' });
    expect(requests).toHaveLength(0);
  });
});
