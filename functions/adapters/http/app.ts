import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Context } from 'hono';
import type { LambdaContext } from 'hono/aws-lambda';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { Hono } from 'hono/tiny';
import type { Report } from '#domain/event.ts';
import { ProviderError } from '../provider/errors.ts';
import { type Caller, callerOf, type SignInSettings } from './caller.ts';
import { checked, type Operation, type Who } from './operation.ts';
import { Problem, problemBody, statusOf } from './problem.ts';

type Bindings = { readonly event: APIGatewayProxyEventV2; readonly lambdaContext: LambdaContext };
type Env = { Bindings: Bindings };

/** Nothing that is sent here is long. */
const largestBody = 64 * 1024;

const problemResponse = (problem: Problem): Response =>
  new Response(JSON.stringify(problemBody(problem)), {
    status: statusOf(problem.code),
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers },
  });

/** What the authorizer of the gateway found; nothing where it let nobody in. */
const verifiedClaims = ({ event }: Bindings): Readonly<Record<string, unknown>> | undefined => {
  const { requestContext } = event as {
    requestContext: { authorizer?: { jwt?: { claims?: Record<string, unknown> } } };
  };
  return requestContext.authorizer?.jwt?.claims;
};

const signInNeeded = () =>
  new Problem('not-signed-in', 'Send the ID token of your issuer: Authorization: Bearer <JWT>.', {
    headers: { 'www-authenticate': 'Bearer' },
  });

const admitted = (who: Who, caller: Caller | undefined): Caller | undefined => {
  if (who === 'anyone') return undefined;
  if (caller === undefined) throw signInNeeded();
  if (who === 'operator' && !caller.operator) {
    throw new Problem('not-allowed', 'Only members of the group of operators may do this.');
  }
  return caller;
};

/** Nothing that is sent here is deep; what is deeper than a stack cannot be written down. */
const deepest = 64;

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner)));

const bodyOf = (text: string): unknown => {
  const refuse = (detail: string) =>
    new Problem('malformed-request', `The body ${detail}.`, { faults: [{ in: 'body', pointer: '', detail }] });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  if (isDeeperThan(deepest, body)) throw refuse(`is nested deeper than ${deepest} levels`);
  return body;
};

const isJson = (contentType: string | undefined) => /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType ?? '');

const grouped = (pairs: Iterable<readonly [string, string]>): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...Map.groupBy(pairs, ([name]) => name)].map(([name, group]) => [name, group.map(([, text]) => text)] as const),
  );

const run = async <World>(c: Context<Env>, operation: Operation<World>, world: World, signIn: SignInSettings) => {
  const caller = callerOf(verifiedClaims(c.env), c.req.header('authorization'), signIn);
  const known = admitted(operation.who, caller);
  if (operation.body !== undefined && !isJson(c.req.header('content-type'))) {
    throw new Problem('unsupported-media-type', 'Send the body as JSON, with Content-Type: application/json.');
  }
  const text = operation.body === undefined ? '' : await c.req.text();
  // Of the event: on its way to Hono a header without a value is lost.
  const header = (name: string) => c.env.event.headers[name];
  const request = checked(operation, {
    header,
    path: grouped(Object.entries(c.req.param())),
    query: grouped(new URL(c.req.url).searchParams),
    body: () => bodyOf(text),
  });
  const { status, body, headers = {} } = await operation.run({ ...request, header }, known, world);
  const always = { 'cache-control': 'no-store', ...headers };
  if (body === undefined) return new Response(null, { status, headers: always });
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...always } });
};

const routeOf = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

export type AppParts<World> = {
  readonly operations: readonly Operation<World>[];
  /** The OpenAPI document of the whole API, but for its servers; missing: another function has it. */
  readonly document?: () => Promise<object>;
  readonly world: World;
  readonly signIn: SignInSettings;
  /** The function that answers, as its failures name it. */
  readonly part: string;
  readonly report: Report;
};

const answerFailure = (failure: Error, { part, report }: Pick<AppParts<unknown>, 'part' | 'report'>): Response => {
  if (failure instanceof Problem) return problemResponse(failure);
  report({ event: 'part-failed', part, because: String(failure) });
  if (failure instanceof ProviderError) {
    return problemResponse(
      new Problem('provider-failed', 'The provider did not answer understandably. Try again later.'),
    );
  }
  return problemResponse(new Problem('failed', 'Something failed here, and was logged. Try again later.'));
};

/** The API as a web application: every operation, what is not one, and the document that describes them. */
export const createApp = <World>({ operations, document, world, signIn, part, report }: AppParts<World>): Hono<Env> => {
  const app = new Hono<Env>();
  app.use(
    secureHeaders({ strictTransportSecurity: 'max-age=31536000', contentSecurityPolicy: { defaultSrc: ["'none'"] } }),
  );
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: () =>
        problemResponse(new Problem('too-large', `The body has more than ${largestBody} bytes; send less.`)),
    }),
  );
  app.onError((failure) => answerFailure(failure, { part, report }));
  app.notFound(() => problemResponse(new Problem('not-found', 'There is nothing here. What there is: /openapi.json.')));
  if (document !== undefined) {
    app.get('/openapi.json', async (c) =>
      c.json({ ...(await document()), servers: [{ url: new URL(c.req.url).origin }] }),
    );
  }
  for (const operation of operations) {
    app.on(operation.method.toUpperCase(), routeOf(operation.path), (c) => run(c, operation, world, signIn));
  }
  const paths = Map.groupBy(operations, ({ path }) => path);
  const documents = document === undefined ? [] : [['/openapi.json', [{ method: 'get' }]] as const];
  for (const [path, group] of [...paths, ...documents]) {
    const allow = group.map(({ method }) => method.toUpperCase()).join(', ');
    app.all(routeOf(path), () => {
      throw new Problem('method-not-allowed', `Only ${allow} is understood here.`, { headers: { allow } });
    });
  }
  return app;
};
