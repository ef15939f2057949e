/** The provider's endpoints by our names, and the three calls around credentials. */
export type Operation =
  | 'listOffers'
  | 'getGpuConfig'
  | 'listNotificationRequests'
  | 'createNotificationRequest'
  | 'listRuntimes'
  | 'createRuntime'
  | 'getRuntime'
  | 'deleteRuntime'
  | 'getRuntimeMetrics'
  | 'listTemplates'
  | 'getTemplate'
  | 'readToken'
  | 'login'
  | 'refreshLogin';

export type ProviderErrorName =
  | 'ProviderError'
  | 'Unauthorized'
  | 'Refused'
  | 'NotFound'
  | 'RateLimited'
  | 'Unavailable'
  | 'TimedOut'
  | 'NotUnderstood';

/** What is known about a failed call. `code` is the provider's word for it; `retryAfterMilliseconds` what it asked us to wait. */
export type ProviderErrorFacts = {
  readonly operation: Operation;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMilliseconds?: number | undefined;
  readonly cause?: unknown;
};

/**
 * A call to the provider that did not bring what was asked for. Whoever makes one has taken everything secret out of the
 * text and the cause (see `redaction.ts`): errors end in logs and mails.
 */
export class ProviderError extends Error {
  override readonly name: ProviderErrorName = 'ProviderError';
  readonly operation: Operation;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMilliseconds?: number | undefined;

  constructor(text: string, facts: ProviderErrorFacts) {
    const requestId = facts.requestId === undefined ? '' : ` (request ${facts.requestId})`;
    super(`${facts.operation}: ${text}${requestId}`, facts.cause === undefined ? {} : { cause: facts.cause });
    this.operation = facts.operation;
    this.status = facts.status;
    this.code = facts.code;
    this.requestId = facts.requestId;
    this.retryAfterMilliseconds = facts.retryAfterMilliseconds;
  }
}

/** 401, or a credential that is known to be of no use before it is sent. */
export class Unauthorized extends ProviderError {
  override readonly name = 'Unauthorized';
}

/** Any other answer that says the request itself is not acceptable: 400, 403, 409, …; also a redirect, which is never followed. */
export class Refused extends ProviderError {
  override readonly name = 'Refused';
}

/** 404 where it is not an expected answer. */
export class NotFound extends ProviderError {
  override readonly name = 'NotFound';
}

/** 429. */
export class RateLimited extends ProviderError {
  override readonly name = 'RateLimited';
}

/** 5xx, or no whole answer at all (connection refused or dropped, body cut off). Whether the request had an effect is not known. */
export class Unavailable extends ProviderError {
  override readonly name = 'Unavailable';
}

/** No whole answer within the time limit of a call or before the caller's deadline. Whether it had an effect is not known. */
export class TimedOut extends ProviderError {
  override readonly name = 'TimedOut';
}

/** A successful answer that could not be read; the text names the field. The request had its effect. */
export class NotUnderstood extends ProviderError {
  override readonly name = 'NotUnderstood';
}

/** The value, or undefined where the provider answers that there is no such thing. */
export const unlessNotFound = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
};
