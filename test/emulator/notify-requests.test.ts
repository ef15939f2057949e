import { expect, test } from 'vitest';
import { H100, NOTIFY, newRuntime, RTX5090, startProvider } from './provider.ts';

const wish = { region_id: 'as-south-1', config_id: H100 };

test('a request is pending until its offer becomes available, then notified for good', async () => {
  const { call, control, get, wait } = await startProvider();
  const { status, body } = await call('POST', NOTIFY, wish);
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.any(String),
    ...wish,
    status: 'pending',
    created_at: '2026-01-01T12:00:00.000Z',
    notified_at: null,
  });
  wait(5);
  expect((await get(NOTIFY)).body).toEqual([body]);
  control.setOffer({ configId: H100, available: 8 });
  control.setOffer({ configId: H100, available: 0 });
  wait(5);
  const notified = { ...body, status: 'notified', notified_at: '2026-01-01T12:05:00.000Z' };
  expect((await get(NOTIFY)).body).toEqual([notified]);
  expect((await get(`${NOTIFY}?status=notified`)).body).toEqual([notified]);
  expect((await get(`${NOTIFY}?status=pending`)).body).toEqual([]);
});

test('what is cancelled or notified stays so when the offer becomes available (again)', async () => {
  const { call, control, get, wait } = await startProvider();
  const { body } = await call('POST', NOTIFY, wish);
  control.setNotifyRequest(body.id, { status: 'cancelled' });
  await call('POST', NOTIFY, wish);
  control.setOffer({ configId: H100, available: 8 });
  const settled = (await get(NOTIFY)).body;
  expect(settled.map((row: { status: string }) => row.status)).toEqual(['cancelled', 'notified']);
  wait(5);
  control.setOffer({ configId: H100, available: 0 });
  control.setOffer({ configId: H100, available: 8 });
  expect((await get(NOTIFY)).body).toEqual(settled);
});

test('an offer without counts is available by its word', async () => {
  const { call, control, get } = await startProvider();
  await call('POST', NOTIFY, wish);
  control.setOffer({ configId: H100, countsMissing: true, availability: 'Sometimes' });
  expect((await get(NOTIFY)).body[0].status).toBe('pending');
  control.setOffer({ configId: H100, availability: 'Low' });
  expect((await get(NOTIFY)).body[0].status).toBe('notified');
});

test('GPUs that a deleted runtime gives back notify too', async () => {
  const { call, control, get, runtimesPath, wait } = await startProvider();
  control.setOffer({ configId: RTX5090, available: 1, total: 1 });
  const { body } = await call('POST', runtimesPath, newRuntime());
  await call('POST', NOTIFY, { ...wish, config_id: RTX5090 });
  wait(10);
  expect((await get(NOTIFY)).body[0].status).toBe('pending');
  await call('DELETE', `${runtimesPath}/${body.id}`);
  wait(2);
  expect((await get(NOTIFY)).body[0].status).toBe('notified');
});

test('a duplicate is a conflict only while the first is pending', async () => {
  const { call, control, get } = await startProvider();
  const first = await call('POST', NOTIFY, wish);
  const second = await call('POST', NOTIFY, wish);
  expect([second.status, second.body]).toEqual([
    409,
    { error: 'conflict', details: `request ${first.body.id} for the same offer is pending` },
  ]);
  expect(control.setNotifyRequest(first.body.id, { status: 'cancelled' })).toMatchObject({ status: 'cancelled' });
  expect((await call('POST', NOTIFY, wish)).status).toBe(201);
  expect((await get(NOTIFY)).body.map((row: { status: string }) => row.status)).toEqual(['cancelled', 'pending']);
});

test('each user sees own requests only', async () => {
  const { call, control, get } = await startProvider();
  await call('POST', NOTIFY, wish);
  const colleague = { authorization: `Bearer ${control.issueToken({ user: 'colleague@example.com' })}` };
  expect((await get(NOTIFY, colleague)).body).toEqual([]);
  expect((await call('POST', NOTIFY, wish, colleague)).status).toBe(201);
});

test('a request can vanish', async () => {
  const { call, control, get } = await startProvider();
  const { body } = await call('POST', NOTIFY, wish);
  expect(control.notifyRequests()).toHaveLength(1);
  expect(control.removeNotifyRequest(body.id)).toBe(true);
  expect(control.removeNotifyRequest(body.id)).toBe(false);
  expect((await get(NOTIFY)).body).toEqual([]);
});

test.each([
  [{ config_id: H100 }, 'region_id'],
  [{ region_id: 'as-south-1' }, 'config_id'],
  [{ ...wish, region_id: 'moon-1' }, 'region_id'],
  [{ ...wish, config_id: 'gpu-none' }, 'config_id'],
  [{ ...wish, email: 'me@example.com' }, 'email'],
  [{ ...wish, config_id: 5 }, 'config_id'],
])('%j is refused and names %s', async (body, field) => {
  const { call } = await startProvider();
  const answer = await call('POST', NOTIFY, body);
  expect(answer.status).toBe(400);
  expect(answer.body.details.split(': ')[0]).toBe(field);
});

test('an unknown status is refused', async () => {
  const { get } = await startProvider();
  expect((await get(`${NOTIFY}?status=done`)).body.details).toMatch(/^status: /);
});
