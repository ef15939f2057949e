import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from 'aws-lambda';
import type { Clock } from './clock.ts';
import { closeServer, listenOnLoopback, loopback } from './engines/loopback.ts';
import { lambdaContext } from './lambda-context.ts';

/** A Lambda handler behind an API Gateway HTTP API, payload format 2.0. */
export type HttpHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyResultV2>;

/** `url` is without a trailing slash. */
export type HttpFront = { readonly url: string; readonly close: () => Promise<void> };

const largestBodyBytes = 6 * 1024 * 1024;

/** API Gateway passes these as text and everything else, forms too, as base64. */
const isText = (contentType: string): boolean =>
  /^(text\/.*|application\/((.*\+)?json|(.*\+)?xml|javascript|graphql))\s*(;|$)/i.test(contentType);

/** The time as API Gateway writes it: 12/Mar/2027:19:03:58 +0000. */
const commonLogTime = (at: number): string => {
  const [, day = '', month = '', year = '', time = ''] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(at).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
};

const bodyOf = (body: Buffer, contentType: string): Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'> => {
  if (body.length === 0) return { isBase64Encoded: false };
  return isText(contentType)
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};

const queryParameters = (search: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...new Set(search.keys())].map((name) => [name, search.getAll(name).join(',')]));

/** What an authorizer found in a token: its claims, as API Gateway hands them on. */
export type VerifiedClaims = Readonly<Record<string, string>>;

/** The event that API Gateway makes of a request. Source: "payload format version 2.0" in its developer guide. */
const toEvent = (
  incoming: IncomingMessage,
  body: Buffer,
  at: number,
  claims?: VerifiedClaims,
): APIGatewayProxyEventV2 => {
  const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s, 2);
  const { cookie, ...others } = incoming.headers;
  const headers = Object.fromEntries(
    Object.entries(others).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );
  const method = incoming.method ?? 'GET';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers,
    ...(query === '' ? {} : { queryStringParameters: queryParameters(new URLSearchParams(query)) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims, scopes: null } } }),
      domainName: headers.host ?? loopback,
      domainPrefix: 'local',
      http: {
        method,
        path,
        protocol: `HTTP/${incoming.httpVersion}`,
        sourceIp: incoming.socket.remoteAddress ?? loopback,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(at),
      timeEpoch: at,
    },
    ...bodyOf(body, headers['content-type'] ?? ''),
  };
};

type Answer = { readonly status: number; readonly headers: Record<string, string | string[]>; readonly body: Buffer };

const json = 'application/json';

const jsonAnswer = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': json },
  body: Buffer.from(JSON.stringify(body)),
});

/** The answer of a JWT authorizer that lets nobody in. */
const unauthorized: Answer = {
  ...jsonAnswer(401, { message: 'Unauthorized' }),
  headers: { 'content-type': json, 'www-authenticate': 'Bearer' },
};

/** The answer that API Gateway makes of what a handler returns: a string or an object without `statusCode` is a body. */
const toAnswer = (result: APIGatewayProxyResultV2): Answer => {
  if (typeof result === 'string') return { status: 200, headers: { 'content-type': json }, body: Buffer.from(result) };
  if (result.statusCode === undefined) return jsonAnswer(200, result);
  const named = Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: result.statusCode,
    headers: {
      'content-type': json,
      ...Object.fromEntries(named),
      ...(result.cookies === undefined ? {} : { 'set-cookie': result.cookies }),
    },
    body: Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'),
  };
};

/** A route of an HTTP API. `authorize`: the JWT authorizer in front of it; undefined from it lets nobody in. */
export type Route = {
  readonly handler: HttpHandler;
  readonly functionName: string;
  readonly authorize?: (authorization: string | undefined) => Promise<VerifiedClaims | undefined>;
};

export type HttpFrontOptions = {
  readonly handler: HttpHandler;
  readonly functionName: string;
  /** The route of a path where it is another than `$default`, which is `handler`'s. */
  readonly routeOf?: (path: string) => Route | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** Told of a handler that throws; whoever asked sees 500, as behind API Gateway. */
  readonly onFailure: (error: unknown) => void;
  readonly port?: number;
};

const answerTo = async (options: HttpFrontOptions, incoming: IncomingMessage): Promise<Answer> => {
  const body = await buffer(incoming);
  if (body.length > largestBodyBytes) return jsonAnswer(413, { message: 'Request Entity Too Large' });
  const [path = '/'] = (incoming.url ?? '/').split('?', 1);
  const route: Route = options.routeOf?.(path) ?? options;
  const claims = await route.authorize?.(incoming.headers.authorization);
  if (route.authorize !== undefined && claims === undefined) return unauthorized;
  const event = toEvent(incoming, body, options.clock.now(), claims);
  try {
    return toAnswer(await route.handler(event, lambdaContext({ functionName: route.functionName })));
  } catch (error) {
    options.onFailure(error);
    return jsonAnswer(500, { message: 'Internal Server Error' });
  }
};

/** Serves Lambda handlers over HTTP on loopback, as an HTTP API does. */
export const startHttpFront = async (options: HttpFrontOptions): Promise<HttpFront> => {
  const server = createServer((incoming, response: ServerResponse) => {
    answerTo(options, incoming).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => incoming.socket.destroy(),
    );
  });
  const port = await listenOnLoopback(server, options.port);
  return { url: `http://${loopback}:${port}`, close: () => closeServer(server) };
};
