import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { movableClock } from '#local/clock.ts';
import { type HttpHandler, startHttpFront } from '#local/http-front.ts';

const start = Date.UTC(2026, 2, 3, 12, 4, 5);

const serve = async (handler: HttpHandler) => {
  const failures: unknown[] = [];
  const front = await startHttpFront({
    handler,
    functionName: 'http',
    clock: movableClock(start),
    onFailure: (error) => failures.push(error),
  });
  onTestFinished(front.close);
  return { url: front.url, failures };
};

/** Serves what keeps the events and answers each with the next of `results`. */
const keepEvents = async (...results: APIGatewayProxyResultV2[]) => {
  const events: APIGatewayProxyEventV2[] = [];
  const { url } = await serve(async (event) => {
    events.push(event);
    return results.shift() ?? { statusCode: 204 };
  });
  return { url, events };
};

test('a request becomes the event that API Gateway makes of it', async () => {
  const { url, events } = await keepEvents();
  const answer = await fetch(`${url}/unsubscribe/a%20b?t=1.x&tag=one&tag=two%26`, {
    headers: { 'user-agent': 'test/1', cookie: 'a=1; b=2', 'x-Kind': 'page' },
  });
  expect(answer.status).toBe(204);
  expect(events).toHaveLength(1);
  const { host } = new URL(url);
  expect(events[0]).toMatchObject({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/unsubscribe/a%20b',
    rawQueryString: 't=1.x&tag=one&tag=two%26',
    queryStringParameters: { t: '1.x', tag: 'one,two&' },
    cookies: ['a=1', 'b=2'],
    headers: { host, 'user-agent': 'test/1', 'x-kind': 'page' },
    requestContext: {
      accountId: '000000000000',
      domainName: host,
      http: {
        method: 'GET',
        path: '/unsubscribe/a%20b',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test/1',
      },
      stage: '$default',
      time: '03/Mar/2026:12:04:05 +0000',
      timeEpoch: start,
    },
    isBase64Encoded: false,
  });
  expect(events[0]).not.toHaveProperty('body');
  expect(events[0]?.headers).not.toHaveProperty('cookie');
});

test('text stays text; everything else, forms too, comes as base64', async () => {
  const { url, events } = await keepEvents();
  const post = (contentType: string, body: string) =>
    fetch(url, { method: 'POST', headers: { 'content-type': contentType }, body });
  await post('application/json; charset=utf-8', '{"a":"ü"}');
  await post('text/plain', 'plain');
  await post('application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click');
  expect(events.map(({ body, isBase64Encoded }) => ({ body, isBase64Encoded }))).toEqual([
    { body: '{"a":"ü"}', isBase64Encoded: false },
    { body: 'plain', isBase64Encoded: false },
    { body: Buffer.from('List-Unsubscribe=One-Click').toString('base64'), isBase64Encoded: true },
  ]);
});

test('a result becomes an answer, with headers, cookies and bytes', async () => {
  const { url } = await keepEvents(
    {
      statusCode: 303,
      headers: { 'Content-Type': 'text/html; charset=utf-8', 'x-count': 2, location: '/done' },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: '<p>Ended.</p>',
    },
    { statusCode: 200, body: Buffer.from([0, 255]).toString('base64'), isBase64Encoded: true },
  );
  const page = await fetch(url, { redirect: 'manual' });
  expect(page.status).toBe(303);
  expect(Object.fromEntries(page.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'x-count': '2',
    location: '/done',
  });
  expect(page.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
  expect(await page.text()).toBe('<p>Ended.</p>');
  expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(new Uint8Array([0, 255]));
});

test('a result without a status is the body of a 200', async () => {
  const { url } = await keepEvents('"plain"', { body: 'not unpacked' });
  const plain = await fetch(url);
  expect([plain.status, plain.headers.get('content-type'), await plain.text()]).toEqual([
    200,
    'application/json',
    '"plain"',
  ]);
  expect(await (await fetch(url)).json()).toEqual({ body: 'not unpacked' });
});

test('a handler that throws is a bare 500 outside and a failure here', async () => {
  const { url, failures } = await serve(async () => {
    throw new Error('secret detail');
  });
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  expect(failures.map(String)).toEqual(['Error: secret detail']);
});

test('a body above six mebibytes is refused before the handler', async () => {
  const { url, events } = await keepEvents();
  const answer = await fetch(url, { method: 'POST', body: Buffer.alloc(6 * 1024 * 1024 + 1) });
  expect(answer.status).toBe(413);
  expect(events).toEqual([]);
});

test('a header that comes twice is one, joined by a comma', async () => {
  const { url, events } = await keepEvents();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(url, { headers: { 'x-kind': ['one', 'two'] } }, (response) => text(response).then(resolve, reject)).end();
  await promise;
  expect(events[0]?.headers['x-kind']).toBe('one, two');
});
