import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { type AppParts, createApp } from '#adapters/http/app.ts';

/** Methods that a `Request` refuses to have: they are answered like any other that no operation has. */
const unspeakable: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT']);

/** Methods with which a `Request` has no body; what is sent all the same is not looked at. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The event as Hono takes it, which writes the types of what may be missing in another way. */
const eventFor = (event: APIGatewayProxyEventV2): LambdaEvent => {
  const { requestContext, body, ...rest } = event;
  const method = unspeakable.has(requestContext.http.method) ? 'UNSPEAKABLE' : requestContext.http.method;
  const sent = body === undefined || bodiless.has(method) ? {} : { body };
  const spoken = { ...rest, ...sent, requestContext: { ...requestContext, http: { ...requestContext.http, method } } };
  return spoken as unknown as LambdaEvent;
};

/** Operations as a Lambda function behind API Gateway (HTTP API, payload format 2.0). The gateway has checked the token. */
export const httpHandler = <World>(parts: AppParts<World>) => {
  const answer = handle(createApp(parts));
  return middy(async (event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    const { headers, ...result } = await answer(eventFor(event), context);
    return {
      ...result,
      headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
    };
  });
};
