import type { JWTPayload } from 'jose';
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digest } from '#adapters/identity.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import { suppressed } from '#domain/mailing.ts';
import { newRecipient } from '#domain/recipient.ts';
import { day, hour, minute } from '#domain/time.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { linkEvent, linkIn } from '#local/link-event.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from '../availability/world.ts';
import { type people, type ServedApi, serveWorld } from './bench.ts';

let engines: TestEngines;
let world: World;
let api: ServedApi;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
beforeEach(async () => {
  world = await startWorld(engines, {});
  api = await serveWorld(() => world);
  await world.step();
});
afterEach(async () => {
  await api.close();
  await world.close();
});

type Who = keyof typeof people;
const team = 'team@example.com';
const wish = { region_id: region, config_id: h100 };

const ask = (as: Who = 'ann', email = team) => api.send('POST', '/v1/addresses', { as, body: { email } });
const addresses = async (as: Who = 'ann') => Object((await api.send('GET', '/v1/addresses', { as })).body).data;
const statusOf = async (as: Who = 'ann') =>
  (await addresses(as)).find(({ email }: { email: string }) => email === team)?.status;
const make = (as: Who = 'ann', more: object = {}, headers = {}) =>
  api.send('POST', '/v1/watches', { as, body: { ...wish, email: team, ...more }, headers });
const mailsTo = async (address = team) => (await world.mails()).filter(({ to }) => to === address);
const recipients = () => createRecipientStore(tableOver(world.system().dynamodb, world.tableName));
const visit = async (method: string, link: string) => {
  const { statusCode, body = '' } = await world
    .system()
    .links(linkEvent(method, link), lambdaContext({ functionName: 'links' }));
  return { status: statusCode, body };
};

/** The link of whoever asked last. */
const linkFor = async (as: Who = 'ann'): Promise<string> => {
  expect((await ask(as)).status).toBe(202);
  await world.step();
  return linkIn((await mailsTo()).at(-1)?.text ?? '', 'confirm');
};
const confirmFor = async (as: Who = 'ann') => {
  const { status } = await visit('POST', await linkFor(as));
  expect(status).toBe(200);
};

describe('from the asking to the alert', () => {
  it('asks by mail; a look at the link changes nothing, its button confirms, and the watch is mailed there', async () => {
    const asked = await ask();
    expect(asked).toMatchObject({ status: 202, body: { email: team, status: 'waiting', confirmed_at: null } });
    expect(await world.mails()).toEqual([]);
    await world.step();
    const [mail] = await mailsTo();
    expect(mail).toMatchObject({ subject: 'May GPU Warden mail you alerts?' });
    expect(mail?.text).toContain('ann@example.com');
    const link = linkIn(mail?.text ?? '', 'confirm');

    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status, body } = await visit(method, link);
      expect([status, body]).toEqual([200, expect.stringContaining('ann@example.com')]);
      expect(body).toContain('Nothing has been changed yet');
    }
    expect(await statusOf()).toBe('waiting');
    expect(await make()).toMatchObject({ status: 403, body: { code: 'address-not-confirmed' } });

    for (let times = 0; times < 2; times += 1) {
      expect(await visit('POST', link)).toMatchObject({ status: 200, body: expect.stringContaining('Confirmed') });
    }
    expect(world.events.filter(({ event }) => event === 'address-confirmed')).toHaveLength(1);
    expect(await addresses()).toMatchObject([
      { email: 'ann@example.com', status: 'verified', asked_at: null },
      { email: team, status: 'confirmed', confirmed_at: new Date(world.clock.now()).toISOString() },
    ]);
    expect(await ask()).toMatchObject({ status: 200, body: { status: 'confirmed' } });

    expect(await make()).toMatchObject({ status: 201, body: { email: team, status: 'waiting' } });
    world.show(4);
    await world.step();
    const alert = (await mailsTo()).at(-1);
    expect(alert?.subject).toBe('NVIDIA H100 is available in as-south-1');
    expect(JSON.stringify(alert?.headers)).toContain('List-Unsubscribe-Post');
    expect(await mailsTo('ann@example.com')).toEqual([]);
  });

  it('serves somebody whose token names no address', async () => {
    expect(await addresses('machine')).toEqual([]);
    await confirmFor('machine');
    expect((await mailsTo())[0]?.text).toContain('local-machine');
    const made = await make('machine');
    expect(made.status).toBe(201);
    const { status, body } = await api.send('GET', `/v1/watches?email=${team}`, { as: 'machine' });
    expect([status, Object(body).data]).toEqual([200, [made.body]]);
    expect((await api.send('POST', '/v1/watches', { as: 'machine', body: wish })).body).toMatchObject({
      code: 'no-verified-address',
      detail: expect.stringContaining('/v1/addresses'),
    });
  });

  it('takes the own address in any spelling, and asks it nothing', async () => {
    expect(await ask('ann', 'Ann@Example.com')).toMatchObject({ status: 200, body: { status: 'verified' } });
    expect(await make('ann', { email: 'ANN@example.com' })).toMatchObject({ status: 201 });
    await world.step();
    expect(await world.mails()).toEqual([]);
  });
});

describe('an address is asked', () => {
  it('by a mail of which nobody can write a word', async () => {
    for (const sub of ['see https://evil.example.com', 'evil.example.com', 'x'.repeat(65), 'carla@example.com']) {
      const token = await api.tokenOf('machine', { sub });
      const email = `${digest(sub)}@example.com`;
      expect((await api.send('POST', '/v1/addresses', { token, body: { email } })).status).toBe(202);
    }
    await world.step();
    const mails = await world.mails();
    expect(mails).toHaveLength(4);
    for (const { text, html } of mails) expect(text + html).not.toMatch(/evil|xxxxx|carla/);
    expect(JSON.stringify(mails.map(({ headers }) => headers))).not.toContain('Unsubscribe');
  });

  it('once in a day, whoever asks; those who came later are asked for in one mail then', async () => {
    await ask();
    await ask();
    await world.step();
    await ask();
    await ask('bob');
    await ask('machine');
    for (let hours = 0; hours < 23; hours += 1) await world.step(60);
    expect(await mailsTo()).toHaveLength(1);
    await world.step(60);
    await world.step();
    const [, second, ...others] = await mailsTo();
    expect(others).toEqual([]);
    expect(second?.text).toContain('bob@example.com');
    expect(second?.text).toContain('local-machine');
    expect(second?.text).not.toContain('ann@example.com');
  });

  it('anew a day after a mail that was overlooked', async () => {
    const first = await linkFor();
    await world.step(24 * 60);
    const second = await linkFor();
    expect(second).not.toBe(first);
    expect(await mailsTo()).toHaveLength(2);
    await visit('POST', first);
    expect(await statusOf()).toBe('confirmed');
  });

  it('not at all where it takes no mail, and whoever asks is told', async () => {
    const id = digest(team);
    const bounced = suppressed(newRecipient(id, team), 'it bounced', world.clock.now());
    await recipients().saveRecipient(bounced, 0);
    expect(await ask()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('came back') } });
    await world.step();
    expect(await world.mails()).toEqual([]);
    expect((await recipients().readRecipient(id))?.recipient).toEqual(bounced);
  });

  it('not where it was suppressed after the asking', async () => {
    await ask();
    const { recipient, version } = (await recipients().readRecipient(digest(team))) ?? assert.fail();
    await recipients().saveRecipient(suppressed(recipient, 'it bounced', world.clock.now()), version);
    await world.step();
    await world.step();
    expect(await world.mails()).toEqual([]);
    expect(world.events.filter(({ event }) => event === 'mail-undeliverable')).toEqual([]);
  });

  it('among ten at most that have not confirmed, taken back or not', async () => {
    for (let count = 0; count < 10; count += 1) expect((await ask('ann', `a${count}@example.com`)).status).toBe(202);
    expect(await ask()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('10') } });
    expect((await ask('ann', 'a3@example.com')).status).toBe(202);
    const [{ id }] = (await addresses()).slice(1);
    expect((await api.send('DELETE', `/v1/addresses/${id}`, { as: 'ann' })).status).toBe(204);
    expect((await ask()).status).toBe(409);
    await world.clock.advance(day);
    expect((await ask()).status).toBe(202);
    expect((await ask('bob', 'b@example.com')).status).toBe(202);
  });

  it('ten at most also by requests that come at once', async () => {
    const all = await Promise.all(Array.from({ length: 14 }, (_, count) => ask('ann', `a${count}@example.com`)));
    expect(all.filter(({ status }) => status === 202).length).toBeLessThanOrEqual(10);
    for (let count = 0; count < 14; count += 1) await ask('ann', `a${count}@example.com`);
    await world.step();
    expect(await world.mails()).toHaveLength(10);
  });

  it.each([
    { email: 'nobody' },
    { email: 'a@b' },
    { email: `${'a'.repeat(65)}@example.com` },
    { email: `a@${'b.'.repeat(126)}com` },
    {},
    { email: team, name: 'x' },
  ])('only where it is one: %j', async (body) => {
    expect((await api.send('POST', '/v1/addresses', { as: 'ann', body })).status).toBe(400);
  });
});

describe('what confirmed for one person', () => {
  it('is no other’s: neither the address, nor the watches that were made for it', async () => {
    await confirmFor();
    const { id } = Object((await make()).body);
    expect((await make('bob')).body).toMatchObject({ code: 'address-not-confirmed' });
    expect((await api.send('GET', `/v1/watches?email=${team}`, { as: 'bob' })).status).toBe(403);
    await world.step(24 * 60);
    await confirmFor('bob');
    const theirs = Object((await make('bob')).body);
    expect(Object((await api.send('GET', `/v1/watches?email=${team}`, { as: 'bob' })).body).data).toEqual([theirs]);
    const change = { body: { gpu_count: 2 }, headers: { 'if-match': '*' } };
    for (const [as, status] of [
      ['bob', 404],
      ['machine', 404],
      ['ann', 200],
    ] as const) {
      const answers = [
        await api.send('GET', `/v1/watches/${id}`, { as }),
        await api.send('PATCH', `/v1/watches/${id}`, { as, ...change }),
        await api.send('POST', `/v1/watches/${id}/cancel`, { as }),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
    }
  });

  it('is not that of the same subject of another issuer, nor of another subject', async () => {
    const personId = async (over: JWTPayload) => {
      const token = await api.tokenOf('machine', over);
      await api.send('POST', '/v1/addresses', { token, body: { email: team } });
      return Object.keys((await recipients().readRecipient(digest(team)))?.recipient.confirmations ?? {}).length;
    };
    expect([await personId({ sub: 'a' }), await personId({ sub: 'b' }), await personId({ sub: 'a' })]).toEqual([
      1, 2, 2,
    ]);
  });

  it('is for alerts alone: no runtime is made for it', async () => {
    await confirmFor();
    const create = { project_id: 'prj-1', name: 'a', template_id: 'tpl-a' };
    const { status, body } = await make('ann', { create, max_price_per_gpu_per_hour: 2 });
    expect([status, body]).toMatchObject([422, { errors: [{ pointer: '/create' }] }]);
  });

  it('keeps the keys of two people apart', async () => {
    await confirmFor();
    await world.step(24 * 60);
    await confirmFor('bob');
    const key = { 'idempotency-key': 'k1' };
    const [first, again] = [await make('ann', {}, key), await make('ann', {}, key)];
    expect([first.status, again.status, again.body]).toEqual([201, 200, first.body]);
    expect((await make('bob', { gpu_count: 4 }, key)).status).toBe(201);
  });

  it('is seen whole by whom the address belongs to, and by operators', async () => {
    await confirmFor();
    const made = Object((await make()).body);
    const token = await api.tokenOf('machine', { sub: 'team', email: team, email_verified: true });
    expect(Object((await api.send('GET', '/v1/watches', { token })).body).data).toEqual([made]);
    expect((await api.send('POST', `/v1/watches/${made.id}/cancel`, { token })).status).toBe(200);
    const all = await api.send('GET', `/v1/watches?email=${team}`, { as: 'operator' });
    expect(Object(all.body).data).toMatchObject([{ id: made.id, status: 'cancelled' }]);
    expect((await make('operator')).body).toMatchObject({ code: 'address-not-confirmed' });
  });

  it('can be changed with the ETag of its making, however the address was written', async () => {
    await confirmFor();
    const made = await make('ann', { email: 'Team@Example.com' });
    const change = await api.send('PATCH', `/v1/watches/${Object(made.body).id}`, {
      as: 'ann',
      body: { gpu_count: 2 },
      headers: { 'if-match': made.headers.get('etag') ?? '' },
    });
    expect(change).toMatchObject({ status: 200, body: { email: team, gpu_count: 2 } });
  });
});

describe('what is taken back', () => {
  it('before its mail is sent is not asked', async () => {
    const { id } = Object((await ask()).body);
    expect((await api.send('DELETE', `/v1/addresses/${id}`, { as: 'bob' })).status).toBe(404);
    expect((await api.send('DELETE', `/v1/addresses/${id}`, { as: 'ann' })).status).toBe(204);
    expect((await api.send('DELETE', `/v1/addresses/${id}`, { as: 'ann' })).status).toBe(404);
    await world.step();
    expect(await world.mails()).toEqual([]);
  });

  it('after that cannot be confirmed any more', async () => {
    const link = await linkFor();
    const [, { id }] = await addresses();
    await api.send('DELETE', `/v1/addresses/${id}`, { as: 'ann' });
    for (const method of ['GET', 'POST']) expect((await visit(method, link)).body).toContain('nothing to confirm');
    expect(await statusOf()).toBeUndefined();
  });

  it('leaves the watches to the address, which can still stop them', async () => {
    await confirmFor();
    const { id: watchId } = Object((await make('ann', { notify: 'every' })).body);
    const [, { id }] = await addresses();
    await api.send('DELETE', `/v1/addresses/${id}`, { as: 'ann' });
    expect((await api.send('GET', `/v1/watches/${watchId}`, { as: 'ann' })).status).toBe(404);
    expect((await make()).status).toBe(403);
    world.show(4);
    await world.step();
    const alert = (await mailsTo()).at(-1);
    expect(alert?.subject).toContain('H100');
    expect((await visit('POST', linkIn(alert?.text ?? '', 'unsubscribe'))).body).toContain('are stopped');
  });

  it('by the address itself, with “Stop all my alerts”, ends it for everybody', async () => {
    await confirmFor();
    await make();
    world.show(4);
    await world.step();
    const link = linkIn((await mailsTo()).at(-1)?.text ?? '', 'unsubscribe');
    await visit('POST', link);
    expect(await statusOf()).toBe('confirmed');
    await world.system().links(linkEvent('POST', link, 'scope=all'), lambdaContext({ functionName: 'links' }));
    expect(await statusOf()).toBeUndefined();
    expect((await make()).status).toBe(403);
    // Nobody can have it asked for a month, and the link from before is good for nothing.
    expect(await ask('bob')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('does not want') } });
  });

  it('by the address itself, with “Never ask me again”, for a year', async () => {
    const link = await linkFor();
    const no = () =>
      world.system().links(linkEvent('POST', link, 'confirm=never'), lambdaContext({ functionName: 'links' }));
    for (let times = 0; times < 2; times += 1) expect((await no()).body).toContain('Nobody asks you any more');
    expect((await visit('POST', link)).body).toContain('There is nothing to confirm');
    expect((await ask()).status).toBe(409);
    await world.clock.advance(366 * day);
    expect((await ask()).status).toBe(202);
    expect((await visit('POST', link)).status).toBe(410);
  });
});

it('is asked for one person after a day, then after a week, then once in 30 days', async () => {
  const mailedOn: number[] = [];
  for (let days = 0; days < 80; days += 1) {
    const before = (await mailsTo()).length;
    await ask();
    await world.step();
    if ((await mailsTo()).length > before) mailedOn.push(days);
    await world.clock.advance(day);
  }
  expect(mailedOn).toHaveLength(5);
  expect(mailedOn.slice(0, 3)).toEqual([0, 1, 8]);
});

it('keeps room for its owner: one person makes at most 20 watches for it, and what is over makes room', async () => {
  await confirmFor();
  for (let count = 1; count <= 20; count += 1) expect((await make('ann', { gpu_count: count })).status).toBe(201);
  expect(await make('ann', { gpu_count: 21 })).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('20 watches for this address') },
  });
});

describe('a link', () => {
  it('works for seven days', async () => {
    const link = await linkFor();
    await world.clock.advance(7 * day - 1);
    expect((await visit('GET', link)).status).toBe(200);
    await world.clock.advance(1);
    for (const method of ['GET', 'POST']) expect((await visit(method, link)).status).toBe(410);
    expect(await statusOf()).toBeUndefined();
    expect((await make()).status).toBe(403);
  });

  it('that was changed, or is for something else, confirms nothing', async () => {
    const link = await linkFor();
    const bobs = Buffer.from(JSON.stringify([digest(team), 'bob', world.clock.now() + day])).toString('base64url');
    const wrong = [
      link.replace(/(token=[\w-]+)\.[\w-]+\./, `$1.${bobs}.`),
      link.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      link.replace('/confirm', '/unsubscribe'),
      link.slice(0, -1),
    ];
    for (const changed of wrong) {
      for (const method of ['GET', 'POST']) {
        const { status } = await visit(method, changed);
        expect([400, 403]).toContain(status);
      }
    }
    expect(await statusOf()).toBe('waiting');
  });
});

describe('an address that is owed an alert, too', () => {
  it('gets both, the trouble of the one being none of the other’s', async () => {
    world.redeploy({ watches: [{ to: team, region, configId: h100 }] });
    world.show(4);
    await ask();
    await world.step();
    expect((await mailsTo()).map(({ subject }) => subject).sort()).toEqual([
      'May GPU Warden mail you alerts?',
      'NVIDIA H100 is available in as-south-1',
    ]);
  });

  it('is asked although it had its ten alerts of the hour, and although the table knows nothing of what it is owed', async () => {
    const id = digest(team);
    const mailedAt = Array.from({ length: 10 }, (_, index) => world.clock.now() - index * minute);
    const row = { kind: 'window', watchId: 'w', offer: 'no/such', openedAt: 1, owedAt: 1 } as const;
    await recipients().saveRecipient({ ...newRecipient(id, team), mailedAt, owed: { w: row } }, 0);
    await ask();
    await world.step();
    expect(await mailsTo()).toHaveLength(1);
    await ask('bob');
    await world.clock.advance(day);
    await world.tick();
    await world.deliver().catch(() => 0);
    expect((await mailsTo()).at(-1)?.text).toContain('bob@example.com');
  });

  it('is asked once the mail service takes mails again', async () => {
    const outage = world.proxies.mail.faults.add({ match: 'SendEmail', kind: 'throttle' });
    await ask();
    await world.step();
    outage.remove();
    for (let minutes = 0; minutes < 3; minutes += 1) await world.step();
    expect(await mailsTo()).toHaveLength(1);
    expect(world.events.filter(({ event }) => event === 'mail-failed')).not.toEqual([]);
  });
});

describe('a request that dies on its way', () => {
  // What asking writes, one after the other: the person's note, the marker, the recipient.
  it.each([1, 2, 3])('at its write number %i is asked once when it comes again', async (number) => {
    for (const kind of ['drop-connection', 'drop-answer'] as const) {
      const fault = world.proxies.table.faults.add({ match: 'PutItem', kind, skip: number - 1, times: 1 });
      expect((await ask()).status).toBe(500);
      fault.remove();
    }
    expect((await ask()).status).toBe(202);
    await world.step();
    await world.step(3);
    expect(await mailsTo()).toHaveLength(1);
    await visit('POST', linkIn((await mailsTo())[0]?.text ?? '', 'confirm'));
    expect(await statusOf()).toBe('confirmed');
  });

  it('whose answer was lost has asked all the same', async () => {
    const fault = world.proxies.table.faults.add({ match: 'PutItem', kind: 'drop-answer', skip: 2, times: 1 });
    expect((await ask()).status).toBe(500);
    fault.remove();
    await world.step();
    expect(await mailsTo()).toHaveLength(1);
  });
});

it('no address and no token is in anything that is reported', async () => {
  await confirmFor();
  await make();
  await world.step(hour / minute);
  expect(world.events.map((event) => JSON.stringify(event)).filter((line) => /@|token=/.test(line))).toEqual([]);
});
