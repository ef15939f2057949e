import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { keepChoicesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { LinkFactsOf, LinkPurpose } from '#adapters/links.ts';
import { errorPage, expiredLinkPage, invalidLinkPage } from '#adapters/pages/link-faults.ts';
import type { Page } from '#adapters/pages/page.ts';
import { alreadyStoppedPage, stoppedPage, unsubscribePage, unsubscribeScope } from '#adapters/pages/unsubscribe.ts';
import type { KeptLinks } from '#adapters/secrets/kept-links.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import type { RecreateWorld } from '#workflows/runtime-links/recreate.ts';
import { type UnsubscribeWorld, unsubscribe, watchesOfLink } from '#workflows/unsubscribe/unsubscribe.ts';
import { answerConfirm, type ConfirmWorld } from './confirm-page.ts';
import type { Environment } from './environment.ts';
import {
  answerKeep,
  answerKeepAll,
  answerRearm,
  answerRecreate,
  type LinkRequest,
  type RuntimeLinksWorld,
} from './runtime-pages.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly links: Pick<KeptLinks, 'readToken'>;
  readonly provider: RecreateWorld['provider'];
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly report: Report;
};

type World = UnsubscribeWorld & ConfirmWorld & { readonly runtimes: RuntimeLinksWorld };

const bodyOf = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;

const plain = (status: number, text: string, headers: Page['headers'] = {}): Page => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: text,
});

const answerUnsubscribe = async (
  world: World,
  link: LinkFactsOf['unsubscribe'],
  { acts, form }: LinkRequest,
): Promise<Page> => {
  if (!acts) {
    const watches = await watchesOfLink(world, link, 'these');
    return watches.length === 0 ? alreadyStoppedPage('these') : unsubscribePage(watches);
  }
  const scope = unsubscribeScope(form);
  const stopped = await unsubscribe(world, link, scope);
  return stopped.length === 0 ? alreadyStoppedPage(scope) : stoppedPage(scope, stopped);
};

type Answers = {
  readonly [P in LinkPurpose]: (world: World, link: LinkFactsOf[P], request: LinkRequest) => Promise<Page>;
};

/** What answers to each purpose; its name is its path. */
const answers: Answers = {
  unsubscribe: answerUnsubscribe,
  keep: ({ runtimes }, link, request) => answerKeep(runtimes, link, request),
  'keep-all': ({ runtimes }, link, request) => answerKeepAll(runtimes, link, request),
  rearm: ({ runtimes }, link, request) => answerRearm(runtimes, link, request),
  confirm: answerConfirm,
  recreate: ({ runtimes }, link, request) => answerRecreate(runtimes, link, request),
};

const purposes: ReadonlySet<string> = new Set(Object.keys(answers));
const isPurpose = (name: string): name is LinkPurpose => purposes.has(name);

/** The name of a stage or of a mapped path may stand in front. */
const purposeOf = ({ rawPath }: APIGatewayProxyEventV2): LinkPurpose | undefined => {
  const [, name = ''] = /^(?:\/[\w-]+)?\/([\w-]+)$/.exec(rawPath) ?? [];
  return isPurpose(name) ? name : undefined;
};

const answerFor = async <P extends LinkPurpose>(
  purpose: P,
  world: World,
  links: Parts['links'],
  event: APIGatewayProxyEventV2,
): Promise<Page> => {
  const token = event.queryStringParameters?.token ?? '';
  const read = await links.readToken(token, purpose, world.clock());
  if (!read.valid) return read.because === 'expired' ? expiredLinkPage() : invalidLinkPage(read.because);
  const acts = event.requestContext.http.method === 'POST';
  return answers[purpose](world, read, { acts, query: event.rawQueryString, form: bodyOf(event) });
};

/** GET shows, POST acts: mail scanners follow links, and a mail program's one-click button posts. */
const answer = async (world: World, links: Parts['links'], event: APIGatewayProxyEventV2): Promise<Page> => {
  const purpose = purposeOf(event);
  if (purpose === undefined) return plain(404, 'There is nothing here.\n');
  if (!['GET', 'HEAD', 'POST'].includes(event.requestContext.http.method)) {
    return plain(405, 'Only GET and POST are understood here.\n', { allow: 'GET, HEAD, POST' });
  }
  return answerFor(purpose, world, links, event);
};

/** The Lambda function behind the links in our mails (API Gateway HTTP API, payload format 2.0). */
export const createHandler = ({ environment, settings, dynamodb, links, provider, clock, newId, report }: Parts) => {
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const runtimes = {
    store: createGuardStore(table),
    timeZone: settings.mail.timeZone,
    unsafeShortLadder: settings.guardrails.unsafeShortLadder,
    keepChoices: keepChoicesOf(settings),
    provider,
    clock,
    newId,
    report,
  };
  const { timeZone } = runtimes;
  const world: World = { store: createRecipientStore(table), runtimes, timeZone, clock, report };
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
