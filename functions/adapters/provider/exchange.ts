import type { Instant } from '#domain/time.ts';
import { type ExpireAfter, type Scope, untilAborted } from './abort.ts';
import { readErrorBody } from './error-body.ts';
import {
  NotFound,
  type Operation,
  ProviderError,
  RateLimited,
  Refused,
  TimedOut,
  Unauthorized,
  Unavailable,
} from './errors.ts';
import type { Pace } from './pace.ts';
import { type Redact, redactedCause } from './redaction.ts';
import { retryAfterMilliseconds } from './retry.ts';

/** One HTTP request. With `ignoresBody` the body of a successful answer is not waited for. */
export type Request = {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly bearer?: string;
  readonly ignoresBody?: boolean;
};

/** A successful answer. `askedAt` is when it was asked for by our clock, `answeredAt` its `Date` by the provider's. */
export type Answer = {
  readonly status: number;
  readonly askedAt: Instant;
  readonly answeredAt?: Instant;
  readonly requestId?: string;
  readonly text: string;
};

/** One request, one answer: 2xx, or a ProviderError. */
export type Exchange = (request: Request, scope: Scope) => Promise<Answer>;

export type ExchangeParts = {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: () => Instant;
  readonly expireAfter: ExpireAfter;
  readonly callTimeoutMilliseconds: number;
  readonly pace: Pace;
  readonly redact: Redact;
};

const longestRequestId = 100;

const requestInit = (request: Request, signal: AbortSignal): RequestInit => ({
  method: request.method,
  signal,
  // A followed redirect would repeat a DELETE, and could carry it elsewhere.
  redirect: 'manual',
  headers: {
    accept: 'application/json',
    // Data that a cache kept would be taken for what is the case now.
    'cache-control': 'no-cache',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(request.bearer === undefined ? {} : { authorization: `Bearer ${request.bearer}` }),
  },
  ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
});

const kindOf = (status: number): typeof ProviderError => {
  if (status === 401) return Unauthorized;
  if (status === 404) return NotFound;
  if (status === 429) return RateLimited;
  return status >= 500 ? Unavailable : Refused;
};

const instantOf = (date: string | null): Instant | undefined => {
  const instant = Date.parse(date ?? '');
  return Number.isNaN(instant) ? undefined : instant;
};

/** What an answer says before its body. */
type Head = {
  readonly status: number;
  readonly answeredAt?: Instant;
  readonly requestId?: string;
  readonly retryAfterMilliseconds?: number;
};

const headOf = ({ status, headers }: Response, now: Instant, redact: Redact): Head => {
  const answeredAt = instantOf(headers.get('date'));
  const requestId = headers.get('x-request-id');
  const retryAfter = retryAfterMilliseconds(headers.get('retry-after'), answeredAt ?? now);
  return {
    status,
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(requestId === null ? {} : { requestId: redact(requestId).slice(0, longestRequestId) }),
    ...(retryAfter === undefined ? {} : { retryAfterMilliseconds: retryAfter }),
  };
};

const bodyText = async (request: Request, response: Response): Promise<string> => {
  if (!(request.ignoresBody && response.ok)) return response.text();
  // The status alone is the answer; a body that is cut off or never ends must not make a failure of it.
  response.body?.cancel().catch(() => undefined);
  return '';
};

/** The error for an answer that is no success. */
const unsuccessful = (operation: Operation, head: Head, text: string, redact: Redact): ProviderError => {
  const { code, message } = readErrorBody(text);
  const said = [code, message].filter((part) => part !== undefined).join(': ');
  const words = `the provider answered ${head.status}${said === '' ? '' : `, ${redact(said)}`}`;
  const Kind = kindOf(head.status);
  return new Kind(words, { ...head, operation, code: code === undefined ? undefined : redact(code) });
};

/** One exchange under the time limit of a call, which its body is under too. */
const exchangeOnce = async (parts: ExchangeParts, request: Request, scope: Scope): Promise<Answer> => {
  const { operation } = request;
  const limit = parts.expireAfter(parts.callTimeoutMilliseconds);
  const signal = AbortSignal.any([scope.signal, limit]);
  const askedAt = parts.clock();
  // A process that was frozen may wake up here: the signal tells only later, when the request is out.
  if (askedAt >= scope.deadline) throw new TimedOut("the caller's deadline has passed", { operation });
  let head: Head | undefined;
  try {
    const response = await untilAborted(parts.fetch(request.url, requestInit(request, signal)), signal);
    head = headOf(response, parts.clock(), parts.redact);
    const text = await untilAborted(bodyText(request, response), signal);
    if (!response.ok) throw unsuccessful(operation, head, text, parts.redact);
    const { status, answeredAt, requestId } = head;
    return {
      status,
      askedAt,
      text,
      ...(answeredAt === undefined ? {} : { answeredAt }),
      ...(requestId === undefined ? {} : { requestId }),
    };
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (limit.aborted) {
      const seconds = parts.callTimeoutMilliseconds / 1_000;
      throw new TimedOut(`no whole answer within ${seconds} s`, { ...head, operation });
    }
    const cause = redactedCause(error, parts.redact);
    throw new Unavailable('no whole answer, the connection failed', { ...head, operation, cause });
  }
};

/** Sends one request in its turn. */
export const createExchange =
  (parts: ExchangeParts): Exchange =>
  (request, scope) =>
    parts.pace(() => exchangeOnce(parts, request, scope), scope.signal);
