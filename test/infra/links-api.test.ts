import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { LinkPurpose } from '#adapters/links.ts';
import { apiRoutes } from '#handlers/http-api/routes.ts';
import { runtimesRoutes } from '#handlers/runtimes-api/routes.ts';
import { functionsOf, handlerOf } from './functions.ts';
import { adding, having, holds, likeAnother } from './rule.ts';
import { prod, resourcesOf, type Template } from './stage.ts';

const stageShape = z.object({
  AccessLogSettings: z.object({ DestinationArn: z.string(), Format: z.string() }),
  DefaultRouteSettings: z._default(
    z.object({ ThrottlingRateLimit: z.optional(z.number()), ThrottlingBurstLimit: z.optional(z.number()) }),
    {},
  ),
  RouteSettings: z.optional(z.unknown()),
  StageName: z.string(),
});
const route = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.optional(z.string()),
  AuthorizerId: z.optional(z.string()),
});
const authorizer = z.object({
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.object({ Audience: z.array(z.string()).check(z.minLength(1)), Issuer: z.string() }),
});
const integration = z.object({ IntegrationUri: z.string(), PayloadFormatVersion: z.string() });

const stagesOf = (template: Template) => resourcesOf(template, 'AWS::ApiGatewayV2::Stage', stageShape);

/** Variables that say nothing of what a link holds: neither its path nor its query, nor the address of who followed it. */
const harmless: ReadonlySet<string> = new Set([
  '$context.requestId',
  '$context.requestTime',
  '$context.routeKey',
  '$context.status',
  '$context.responseLatency',
  '$context.integrationErrorMessage',
]);
const variablesIn = (format: string): readonly string[] => format.match(/\$[\w.]+/g) ?? [];

holds('the access log holds neither path nor query, nor anything else that a token could stand in', {
  faultsIn: (template) =>
    stagesOf(template).flatMap(({ id, is: { AccessLogSettings } }) => [
      ...variablesIn(AccessLogSettings.Format).flatMap((name) => (harmless.has(name) ? [] : [`${id} logs ${name}`])),
      ...(variablesIn(AccessLogSettings.Format).includes('$context.routeKey') ? [] : [`${id} does not log the route`]),
    ]),
  brokenBy: [
    ...['$context.path', '$context.http.path', '$context.queryString', '$context.identity.sourceIp'].map((name) =>
      having('LinksStage', 'AccessLogSettings.Format', JSON.stringify({ route: '$context.routeKey', also: name })),
    ),
    having('LinksStage', 'AccessLogSettings.Format', '$context.requestId'),
  ],
});

test('a line of the access log is JSON', () => {
  const [stage] = stagesOf(prod().template);
  expect(Object.keys(JSON.parse(stage?.is.AccessLogSettings.Format ?? ''))).toEqual(
    expect.arrayContaining(['requestId', 'route', 'status']),
  );
});

holds('whoever makes up links is slowed down', {
  faultsIn: (template) =>
    stagesOf(template).flatMap(({ id, is: { DefaultRouteSettings, RouteSettings } }) => [
      ...((DefaultRouteSettings.ThrottlingRateLimit ?? 10_000) <= 50 ? [] : [`${id} takes any number of requests`]),
      ...((DefaultRouteSettings.ThrottlingBurstLimit ?? 5_000) <= 100 ? [] : [`${id} takes any number at once`]),
      ...(RouteSettings === undefined ? [] : [`${id} has a limit of its own for some routes`]),
    ]),
  brokenBy: [
    having('LinksStage', 'DefaultRouteSettings', undefined),
    having('LinksStage', 'DefaultRouteSettings.ThrottlingBurstLimit', 5_000),
    having('LinksStage', 'RouteSettings', { 'ANY /keep': { ThrottlingRateLimit: 10_000 } }),
  ],
});

// As an object, because a purpose that is missing here does not compile.
const purposes = Object.keys({
  unsubscribe: true,
  confirm: true,
  keep: true,
  'keep-all': true,
  rearm: true,
  recreate: true,
} satisfies Record<LinkPurpose, true>);
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const signedIn = [...apiRoutes.signedIn, ...runtimesRoutes].flatMap((path) =>
  methods.map((method) => `${method} ${path}`),
);
const open = [...purposes.map((purpose) => `ANY /${purpose}`), ...apiRoutes.open.map((path) => `GET ${path}`)];
const routes = [...open, ...signedIn];

holds('every link and the API have their routes, and there is no other', {
  faultsIn: (template) => {
    const keys = resourcesOf(template, 'AWS::ApiGatewayV2::Route', route).map(({ is }) => is.RouteKey);
    return [
      ...routes.flatMap((key) => (keys.includes(key) ? [] : [`${key} leads nowhere`])),
      ...keys.flatMap((key) => (routes.includes(key) ? [] : [`${key} is nobody's`])),
    ];
  },
  brokenBy: [
    having('LinksApiANYrearm', 'RouteKey', 'GET /rearm'),
    having('LinksApiANYrearm', 'RouteKey', '$default'),
    adding('AWS::ApiGatewayV2::Route', { RouteKey: 'POST /notify-availability', Target: 'integrations/x' }),
  ],
});

holds('nothing of the API but its description is reached without a token of the one issuer', {
  faultsIn: (template) => {
    const ids = resourcesOf(template, 'AWS::ApiGatewayV2::Authorizer', authorizer).map(({ id }) => id);
    return [
      ...(ids.length === 1 ? [] : ['there is not one authorizer']),
      ...resourcesOf(template, 'AWS::ApiGatewayV2::Route', route).flatMap(({ is }) => {
        if (open.includes(is.RouteKey)) return [];
        const isChecked = is.AuthorizationType === 'JWT' && ids.some((id) => is.AuthorizerId?.endsWith(id));
        return isChecked ? [] : [`${is.RouteKey} is open`];
      }),
    ];
  },
  brokenBy: [
    having('LinksApiGETv1proxy', 'AuthorizationType', 'NONE'),
    having('LinksApiPOSTapiproxy', 'AuthorizationType', undefined),
    having('LinksApiDELETEv1proxy', 'AuthorizerId', 'another'),
    likeAnother('LinksApiToken'),
  ],
});

test('tokens are those of the stage’s own user pool, and for its one client', () => {
  const [found] = resourcesOf(prod().template, 'AWS::ApiGatewayV2::Authorizer', authorizer);
  expect(found?.is.JwtConfiguration).toEqual({
    Issuer: expect.stringMatching(/^https:\/\/cognito-idp\.eu-west-1\.amazonaws\.com\/eu-west-1_/),
    Audience: [expect.stringContaining('SignInPeopleClient')],
  });
});

test('they lead to the function of the links and to those of the API, as these read their events', () => {
  const found = resourcesOf(prod().template, 'AWS::ApiGatewayV2::Integration', integration).map(({ is }) => is);
  expect(found).toEqual(
    ['Pages', 'RuntimesApi', 'HttpApi'].map((name) => ({
      IntegrationUri: expect.stringContaining(`gpu-warden-prod-${name}Function`),
      PayloadFormatVersion: '2.0',
    })),
  );
});

test('the function answers before the API gives it up, after thirty seconds', () => {
  const { template } = prod();
  const pages = functionsOf(template).find(({ id }) => handlerOf(template, id) === 'links');
  expect(pages?.is.Timeout).toBeLessThan(30);
});

test('links lead to the root of the API: its stage has no name in the address', () => {
  const { template } = prod();
  expect(stagesOf(template).map(({ is }) => is.StageName)).toEqual(['$default']);
  expect(template.Outputs.LinksUrl?.Value).toMatch(/^https:\/\/[a-z0-9-]+\.execute-api\.eu-west-1\.amazonaws\.com$/);
});
