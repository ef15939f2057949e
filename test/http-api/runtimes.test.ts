import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hour, minute } from '#domain/time.ts';
import type { Passage } from '../guarding/gate.ts';
import { expectLaws } from '../guarding/laws.ts';
import { h200, startEngines, startWorld, type TestEngines, type World } from '../guarding/world.ts';
import { type ServedApi, serveWorld } from './bench.ts';

let engines: TestEngines;
let world: World;
let api: ServedApi;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
beforeEach(async () => {
  world = await startWorld(engines);
  api = await serveWorld(() => world);
});
afterEach(async () => {
  await api.close();
  await world.close();
});

const iso = (at: number) => new Date(at).toISOString();

/** A runtime that has been there for a day. */
const run = (name: string, kind: 'idle' | 'busy', more = {}) =>
  world.control.addRuntime({
    name,
    project: 'prj-a',
    configId: h200,
    createdMinutesAgo: 1_500,
    metrics: { kind },
    ...more,
  });

/** Ticks of one minute each, each with what is due after it. */
const ticks = (count: number) => world.minutes(count, 1);

const rows = async (path: string, as: 'ann' | 'bob' | 'operator') => {
  const { status, body } = await api.send('GET', path, { as });
  expect(status).toBe(200);
  return Object(body).data as Record<string, unknown>[];
};

it('shows each runtime with its idle time, what it cost, and the verdict', async () => {
  run('ann-notebook', 'idle');
  run('bob-training', 'busy');
  await ticks(4);
  const [busy, idle] = await rows('/v1/runtimes', 'operator');
  expect(busy).toMatchObject({ name: 'bob-training', reading: { state: 'busy' }, evidence: null, verdict: 'leave' });
  expect(idle).toMatchObject({
    name: 'ann-notebook',
    owner: 'ann@example.com',
    policy: 'short',
    mode: 'enforce',
    usd_per_hour: 2.39,
    reading: { state: 'idle', at: iso(world.clock.now()) },
    evidence: { observed_minutes: 3, until: iso(world.clock.now()) },
    verdict: 'leave',
    next_warning: { step: 'first', at: iso(world.clock.now() + 2 * minute) },
    kept_until: null,
  });
  expect((await rows('/v1/runtimes', 'ann')).map(({ name }) => name)).toEqual(['ann-notebook']);
});

it('pages through what grows, and lists a project alone', async () => {
  for (const name of ['ann-1', 'ann-2', 'ann-3']) run(name, 'idle');
  const first = Object((await api.send('GET', '/v1/runtimes?limit=2', { as: 'ann' })).body);
  const second = Object(
    (await api.send('GET', `/v1/runtimes?limit=2&cursor=${first.next_cursor}`, { as: 'ann' })).body,
  );
  expect(first.data).toHaveLength(2);
  expect(second.next_cursor).toBeNull();
  expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);
  expect(await rows('/v1/runtimes?project_id=prj-b', 'operator')).toEqual([]);
});

describe('the plan', () => {
  it('says what the run then does: the deletion that it names is the one that comes', async () => {
    const { id } = run('ann-notebook', 'idle');
    await ticks(3);
    const [planned] = await rows('/v1/plan', 'ann');
    expect(planned).toMatchObject({
      id,
      outcome: 'deleted',
      idle_now: true,
      told: ['ann@example.com', 'operator@example.com'],
    });
    for (let tick = 0; tick < 60; tick += 1) {
      await ticks(1);
      if (world.control.runtimes().every((runtime) => runtime.id !== id || runtime.status !== 'Running')) break;
    }
    const late = world.clock.now() - Date.parse(String(planned?.delete_at));
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(2 * minute);
  });

  it('says of one in use what came of it were it idle from now on, and why another stays', async () => {
    run('ann-training', 'busy');
    run('ann-reserved', 'idle', { planId: 'gpu-h200-reserved-1m' });
    await ticks(2);
    expect(await rows('/v1/plan', 'ann')).toMatchObject([
      {
        name: 'ann-training',
        idle_now: false,
        outcome: 'deleted',
        first_warning_at: iso(world.clock.now() + 5 * minute),
      },
      { name: 'ann-reserved', outcome: 'stays', because: 'its plan is reserved: deleting it saves nothing' },
    ]);
  });
});

describe('keep and release', () => {
  const keepOf = (id: string) => `/v1/projects/prj-a/runtimes/${id}/keep`;

  it('keeps a runtime of which nobody was warned, and judges it again when it is released', async () => {
    const { id } = run('ann-notebook', 'idle');
    await ticks(3);
    const until = iso(world.clock.now() + 3 * hour);
    const kept = await api.send('PUT', keepOf(id), { as: 'ann', body: { until } });
    expect([kept.status, kept.body]).toMatchObject([200, { kept_until: until, verdict: 'kept' }]);
    await ticks(60);
    expect(world.control.runtimes().map(({ status }) => status)).toEqual(['Running']);
    expect(await world.subjects()).toEqual([]);
    const released = await api.send('DELETE', keepOf(id), { as: 'ann' });
    expect([released.status, released.body]).toMatchObject([200, { kept_until: null }]);
    expect(Object(released.body).verdict).not.toBe('kept');
    await ticks(1);
    const acts = (await rows('/v1/ledger', 'ann')).map(({ act }) => act);
    expect(acts).toEqual(['released', 'kept']);
  });

  it('voids a warning that is out: the deletion that it named does not come', async () => {
    const { id } = run('ann-notebook', 'idle');
    await ticks(25);
    expect((await world.subjects()).length).toBeGreaterThan(0);
    const until = iso(world.clock.now() + 2 * hour);
    expect((await api.send('PUT', keepOf(id), { as: 'ann', body: { until } })).status).toBe(200);
    await ticks(40);
    expect(world.control.runtimes().map(({ status }) => status)).toEqual(['Running']);
  });

  it('lets an owner keep it as long as the policy allows, an operator longer, and nobody back in time', async () => {
    const { id } = run('ann-notebook', 'idle');
    const keep = async (as: 'ann' | 'operator', until: number) => {
      const { status, body } = await api.send('PUT', keepOf(id), { as, body: { until: iso(until) } });
      return [status, Object(body).detail];
    };
    const now = world.clock.now();
    expect(await keep('ann', now + 400 * hour)).toEqual([422, expect.stringContaining('policy short lets its owner')]);
    expect(await keep('operator', now + 400 * hour)).toEqual([200, undefined]);
    expect(await keep('operator', now + 9_000 * hour)).toEqual([422, expect.stringContaining('366 days')]);
    expect(await keep('ann', now - 1)).toEqual([422, expect.stringContaining('must lie ahead')]);
  });
});

describe('exemptions by the API', () => {
  const exemptionPath = (id: string) => `/v1/projects/prj-a/runtimes/${id}/exemption`;
  const exempt = (id: string, until: string, as: 'ann' | 'operator' = 'operator') =>
    api.send('PUT', exemptionPath(id), { as, body: { until, because: 'the demo' } });
  const end = (id: string) => api.send('DELETE', exemptionPath(id), { as: 'operator' });
  const shown = async (id: string) =>
    Object((await api.send('GET', `/v1/projects/prj-a/runtimes/${id}`, { as: 'operator' })).body);
  const named = async (id: string) => Date.parse((await shown(id)).delete_not_before);
  const actsOf = async () => (await rows('/v1/ledger', 'ann')).map(({ act }) => act);

  it('spares a runtime until it ends; then its owner is warned afresh, an hour ahead', async () => {
    const { id } = run('ann-notebook', 'idle');
    await ticks(3);
    const until = world.clock.now() + 2 * hour;
    const { status, body } = await exempt(id, iso(until));
    expect([status, body]).toMatchObject([
      200,
      { verdict: 'exempt', because: 'the demo', exempt: { until: iso(until), because: 'the demo', by: 'api' } },
    ]);
    const [planned] = await rows('/v1/plan', 'ann');
    expect(planned).toMatchObject({ outcome: 'deleted', last_warning_at: iso(until), delete_at: iso(until + hour) });
    await world.minutes(115);
    expect(await world.subjects()).toEqual([]);
    await world.minutes(10);
    expect(await shown(id)).toMatchObject({ exempt: null, warnings: [{ step: 'last', to: 'ann@example.com' }] });
    await world.minutes(50);
    expect(world.deletions()).toBe(0);
    await world.minutes(10);
    expect(world.deletions()).toBe(1);
    expect(await actsOf()).toContain('exempted');
    expectLaws(world);
  });

  it('forever, it stands in the plan, in the daily mail and in the table, until it is withdrawn', async () => {
    world.redeploy({ guardrails: { dailyMailAt: '09:30' } });
    const { id } = run('ann-notebook', 'idle');
    await ticks(3);
    expect((await exempt(id, 'forever')).body).toMatchObject({ exempt: { until: null, by: 'api' } });
    expect(await rows('/v1/plan', 'ann')).toMatchObject([{ outcome: 'stays', because: 'the demo' }]);
    await world.minutes(120);
    expect(await world.subjects('ann@example.com')).toEqual([]);
    const [daily] = await world.mails();
    expect(daily?.text).toContain(`ann-notebook (prj-a/${id}): forever · the demo · made by the API`);
    expect((await end(id)).body).toMatchObject({ exempt: null });
    await world.minutes(10);
    expect(await world.subjects('ann@example.com')).toHaveLength(1);
    await world.minutes(45);
    expect(world.deletions()).toBe(0);
    expect(await actsOf()).toEqual(['warned-last', 'exemption-ended', 'exempted']);
    await world.minutes(20);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  it('takes back a warning that is out: the deletion that it named does not come', async () => {
    const { id } = run('ann-notebook', 'idle');
    await ticks(25);
    const deleteAt = await named(id);
    expect(await shown(id)).toMatchObject({
      warnings: [
        { step: 'first', mail: 'sent', to: 'ann@example.com' },
        { step: 'last', mail: 'sent', to: 'ann@example.com', delete_at: iso(deleteAt) },
      ],
      warnings_taken_back: null,
    });
    await exempt(id, 'forever');
    expect(await shown(id)).toMatchObject({
      warnings: [{ step: 'first' }],
      warnings_taken_back: { at: iso(world.clock.now()), because: 'it was exempt' },
      delete_not_before: iso(deleteAt),
    });
    await ticks(20);
    await end(id);
    await ticks(2);
    expect(world.deletions()).toBe(0);
    expect(await named(id)).toBeGreaterThanOrEqual(world.clock.now() + 58 * minute);
  });

  it('between the verdict and the DELETE it spares the runtime', async () => {
    const { id } = run('ann-notebook', 'idle');
    await ticks(25);
    const statuses: number[] = [];
    world.setGate(async ({ kind }): Promise<Passage> => {
      if (kind === 'detail') statuses.push((await exempt(id, 'forever')).status);
      return 'pass';
    });
    await ticks(30);
    expect(statuses).toEqual([200]);
    expect(world.deletions()).toBe(0);
    expect(await shown(id)).toMatchObject({ verdict: 'exempt' });
  });

  it('comes too late once the deletion has begun', async () => {
    const { id } = run('ann-notebook', 'idle', { terminatingFor: 300 });
    await ticks(25);
    for (let tick = 0; tick < 30 && world.deletions() === 0; tick += 1) await ticks(1);
    const { status, body } = await exempt(id, 'forever');
    expect([status, Object(body).code]).toEqual([409, 'conflict']);
    expect((await shown(id)).exempt).toBeNull();
  });

  it('is forgotten with a runtime that is gone for a day', async () => {
    const { id } = run('ann-notebook', 'idle');
    await ticks(1);
    await exempt(id, 'forever');
    world.control.removeRuntime(id);
    await world.minutes(60, 30);
    expect(await world.store().readCase(`prj-a/${id}`)).toBeDefined();
    await world.minutes(26 * 60, 60);
    expect(await world.store().readCase(`prj-a/${id}`)).toBeUndefined();
  });

  it('is for operators alone, and for a runtime that there is', async () => {
    const { id } = run('ann-notebook', 'idle');
    expect((await exempt(id, 'forever', 'ann')).status).toBe(403);
    expect((await exempt('none', 'forever')).status).toBe(404);
    expect((await end('none')).status).toBe(404);
    expect((await end(id)).status).toBe(200);
  });

  it.each([
    [400, 'for ever', 'or forever'],
    [400, '2026-12-31', 'or forever'],
    [422, '2026-11-02T08:59:59Z', 'must lie ahead'],
  ])('answers %i to the end %j', async (status, until, detail) => {
    const { id } = run('ann-notebook', 'idle');
    const answer = await exempt(id, until);
    expect([answer.status, Object(answer.body).errors]).toEqual([
      status,
      [{ in: 'body', pointer: '/until', detail: expect.stringContaining(detail) }],
    ]);
  });

  it('wants a reason', async () => {
    const { id } = run('ann-notebook', 'idle');
    const body = { until: 'forever', because: '' };
    expect((await api.send('PUT', exemptionPath(id), { as: 'operator', body })).status).toBe(400);
  });
});

it('says for how long the use of a runtime is not known, and why', async () => {
  const { id } = run('ann-notebook', 'idle');
  await ticks(4);
  world.control.setRuntime(id, { metrics: { kind: 'absent' } });
  await ticks(3);
  const [row] = await rows('/v1/runtimes', 'ann');
  expect(row).toMatchObject({
    verdict: 'unknown',
    reading: { state: 'unknown' },
    unknown: { minutes: 2, because: expect.any(String) },
    evidence: { observed_minutes: 3, unobserved_minutes: 0, highest_cpu: { unit: 'cores' } },
  });
  world.control.setRuntime(id, { status: 'Stopped' });
  await ticks(2);
  expect(await rows('/v1/runtimes', 'ann')).toMatchObject([
    { unknown: { minutes: 1, because: 'its status is Stopped' }, warnings: [] },
  ]);
});

it('answers 502, and nothing made up, where the provider does not answer', async () => {
  world.setGate(() => ({ status: 500, body: '{}' }) as never);
  const { status, body } = await api.send('GET', '/v1/plan', { as: 'ann' });
  expect([status, Object(body).code]).toEqual([502, 'provider-failed']);
}, 30_000);
