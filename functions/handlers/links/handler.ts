import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createLinks, type Links } from '#adapters/links.ts';
import type { Page } from '#adapters/pages/page.ts';
import {
  alreadyStoppedPage,
  errorPage,
  expiredLinkPage,
  invalidLinkPage,
  stoppedPage,
  unsubscribePage,
  unsubscribeScope,
} from '#adapters/pages/unsubscribe.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { linkKeysOf } from '#handlers/variables.ts';
import { type UnsubscribeWorld, unsubscribe, watchesOfLink } from '#workflows/unsubscribe/unsubscribe.ts';
import type { Environment } from './environment.ts';

/** Everything that the handler is given: its environment and the world it works in. */
export type Parts = {
  readonly environment: Environment;
  readonly dynamodb: DynamoDBClient;
  readonly clock: () => Instant;
  readonly report: Report;
};

const bodyOf = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;

const plain = (status: number, text: string, headers: Page['headers'] = {}): Page => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: text,
});

/** GET shows, POST acts: mail scanners follow links, and a mail program's one-click button posts. */
const answer = async (world: UnsubscribeWorld, links: Links, event: APIGatewayProxyEventV2): Promise<Page> => {
  const { method } = event.requestContext.http;
  // The name of a stage or of a mapped path may stand in front.
  if (!/^(\/[\w-]+)?\/unsubscribe$/.test(event.rawPath)) return plain(404, 'There is nothing here.\n');
  if (!['GET', 'HEAD', 'POST'].includes(method))
    return plain(405, 'Only GET and POST are understood here.\n', { allow: 'GET, HEAD, POST' });
  const token = event.queryStringParameters?.token ?? '';
  const link = links.readToken(token, 'unsubscribe', world.clock());
  if (!link.valid) return link.because === 'expired' ? expiredLinkPage() : invalidLinkPage(link.because);
  if (method !== 'POST') {
    const watches = await watchesOfLink(world, link, 'these');
    return watches.length === 0 ? alreadyStoppedPage('these') : unsubscribePage(watches);
  }
  const scope = unsubscribeScope(bodyOf(event));
  const stopped = await unsubscribe(world, link, scope);
  return stopped.length === 0 ? alreadyStoppedPage(scope) : stoppedPage(scope, stopped);
};

/** The Lambda function behind the links in our mails (API Gateway HTTP API, payload format 2.0). */
export const createHandler = ({ environment, dynamodb, clock, report }: Parts) => {
  const links = createLinks({ keys: linkKeysOf(environment.LINK_KEYS), baseUrl: environment.LINKS_URL });
  const world = { store: createRecipientStore(createTable(dynamodb, environment.TABLE_NAME)), clock, report };
  return middy(async (event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    let page: Page;
    try {
      page = await answer(world, links, event);
    } catch (failure) {
      report({ event: 'part-failed', part: 'links', because: String(failure) });
      page = errorPage(context.awsRequestId);
    }
    return { statusCode: page.status, headers: { ...page.headers }, body: page.body };
  });
};
