import type { Instant } from '#domain/time.ts';
import { type CallOptions, type Scope, untilAborted } from './abort.ts';
import type { Bearer } from './bearer.ts';
import { type Operation, ProviderError, Unauthorized } from './errors.ts';
import type { Answer, Exchange, Request } from './exchange.ts';
import type { Sleep } from './pace.ts';
import { retryWait } from './retry.ts';

/**
 * How often a request may be sent. `freely`: again after what passes, as reading may. `unless-begun`: again only after a
 * 401, which is given before anything is done. `once`: never again by itself, whatever the answer.
 */
export type Repeat = 'freely' | 'unless-begun' | 'once';

export type SentRequest = Omit<Request, 'bearer'> & { readonly repeat: Repeat };

/** A request with our credential, tried again where that is allowed. A 2xx answer, or a ProviderError. */
export type Send = (request: SentRequest, options: CallOptions) => Promise<Answer>;

export type RetryParts = {
  readonly clock: () => Instant;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly mostRetries: number;
};

/** The exchange, tried again after failures that pass. A wait that would not end before the deadline is not begun. */
export const createRetryingExchange =
  (exchange: Exchange, parts: RetryParts): Exchange =>
  async (request, scope) => {
    for (let retry = 0; ; retry++) {
      try {
        return await exchange(request, scope);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const wait = retryWait(error, retry, parts.mostRetries, parts.random());
        if (wait === undefined || parts.clock() + wait >= scope.deadline) throw error;
        await untilAborted(parts.sleep(wait, scope.signal), scope.signal);
      }
    }
  };

export type SendParts = {
  readonly exchange: Exchange;
  readonly retryingExchange: Exchange;
  readonly bearer: Bearer;
  readonly scopeOf: (operation: Operation, options: CallOptions) => Scope;
};

const sendRenewed = async (parts: SendParts, again: () => Promise<Answer>, renewed: string): Promise<Answer> => {
  try {
    return await again();
  } catch (error) {
    if (error instanceof Unauthorized) parts.bearer.giveUp(renewed);
    throw error;
  }
};

/** Renews the credential once after a 401, and then sends again where that is allowed; a second 401 is final. */
const sendInScope = async (parts: SendParts, request: SentRequest, scope: Scope): Promise<Answer> => {
  const { repeat, ...bare } = request;
  const exchange = repeat === 'freely' ? parts.retryingExchange : parts.exchange;
  const bearer = await untilAborted(parts.bearer.token(), scope.signal);
  try {
    return await exchange({ ...bare, bearer }, scope);
  } catch (error) {
    if (!(error instanceof Unauthorized)) throw error;
    if (repeat === 'once') {
      parts.bearer.forget(bearer);
      throw error;
    }
    const renewed = await untilAborted(parts.bearer.renew(bearer), scope.signal);
    if (renewed === undefined) throw error;
    return sendRenewed(parts, () => exchange({ ...bare, bearer: renewed }, scope), renewed);
  }
};

export const createSend =
  (parts: SendParts): Send =>
  async (request, options) => {
    const scope = parts.scopeOf(request.operation, options);
    try {
      return await sendInScope(parts, request, scope);
    } catch (error) {
      throw scope.failure(error);
    }
  };
