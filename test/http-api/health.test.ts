import { afterEach, beforeEach, expect, it } from 'vitest';
import { closedBreaker } from '#domain/guardrails/breaker.ts';
import { hour, minute } from '#domain/time.ts';
import { type Api, startApi } from './bench.ts';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const health = async () => {
  const { status, body } = await api.send('GET', '/v1/health', { as: 'ann' });
  return { status, ...Object(body) };
};

/** Both jobs run, now; in the last run of the second something failed. */
const run = async () => {
  const { now } = api.time;
  await api.availability.takeLease('a', now, now + minute);
  await api.availability.saveFleet('a', { observed: 0, lastCompleteAt: now, succeededAt: now }, now);
  await api.guard.takeLease('a', now, now + minute);
  await api.guard.saveFleet('a', { clocks: new Map(), slots: [], judgedAt: now, succeededAt: now - minute }, now);
};

it('is well while both jobs run, the breaker is closed and there are no dead letters', async () => {
  expect(await health()).toMatchObject({
    well: false,
    runtimes_judged_at: null,
    last_successful_runs: { watch_availability: null, guard_runtimes: null },
  });
  await run();
  const at = new Date(api.time.now).toISOString();
  expect(await health()).toEqual({
    status: 200,
    well: true,
    inventory_complete_at: at,
    runtimes_judged_at: at,
    last_successful_runs: {
      watch_availability: at,
      guard_runtimes: new Date(api.time.now - minute).toISOString(),
    },
    breaker_open_since: null,
    dead_letters: { notices: 0, events: 0 },
    not_understood: 0,
  });
  api.time.now += 11 * minute;
  expect(await health()).toMatchObject({ well: false, inventory_complete_at: at, runtimes_judged_at: at });
});

it('is not well while the breaker is open', async () => {
  await run();
  const { now } = api.time;
  const open = { id: 'b1', at: now - hour, from: now, to: now, runtimes: 5, fleet: 6 };
  await api.guard.saveBreaker({ ...closedBreaker, open }, 0);
  expect(await health()).toMatchObject({ well: false, breaker_open_since: new Date(open.at).toISOString() });
});

it.each(['notices', 'events'] as const)('is not well while there are dead letters of %s', async (of) => {
  await run();
  for (const body of ['first', 'second']) await api.deadLetters.add(of, body);
  const found = { well: false, dead_letters: { notices: 0, events: 0, [of]: 2 } };
  expect(await health()).toMatchObject(found);
  // Somebody who looks at one has not mended what it tells of.
  expect(await api.deadLetters.lookAt(of)).toBeDefined();
  expect(await health()).toMatchObject(found);
  await api.deadLetters.removeAll(of);
  expect(await health()).toMatchObject({ well: true, dead_letters: { notices: 0, events: 0 } });
});

it('says what else it knows where a queue cannot be asked, and is not well', async () => {
  await run();
  await api.deadLetters.add('notices', 'a notice');
  const isOfEvents = ({ body }: { body: string }) => body.includes('events-dead');
  const refusal = api.deadLetters.faults.add({ match: isOfEvents, kind: 'refuse', code: 'AccessDenied' });
  const at = new Date(api.time.now).toISOString();
  expect(await health()).toMatchObject({
    status: 200,
    well: false,
    inventory_complete_at: at,
    dead_letters: { notices: 1, events: null },
  });
  await api.deadLetters.removeAll('notices');
  expect(await health()).toMatchObject({ well: false, dead_letters: { notices: 0, events: null } });
  const told = {
    event: 'part-failed',
    part: 'dead letters of events',
    because: expect.stringContaining('AccessDenied'),
  };
  expect(api.reported).toEqual([told, told]);
  refusal.remove();
  expect(await health()).toMatchObject({ well: true });
});

it('does not wait for a queue that does not answer', async () => {
  await run();
  api.patience.mostMs = 50;
  api.deadLetters.faults.add({ match: 'GetQueueAttributes', kind: 'delay', delayMs: 60_000 });
  expect(await health()).toMatchObject({ status: 200, well: false, dead_letters: { notices: null, events: null } });
  expect(api.reported.map(({ event }) => event)).toEqual(['part-failed', 'part-failed']);
});
