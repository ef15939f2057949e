/** A request as the fault proxy sees it. `operation` is `PutItem`, `SendMessage`, `SendEmail` …, otherwise `METHOD /path`. */
export type ProxiedCall = {
  readonly operation: string;
  readonly service: 'table' | 'queue' | 'mail' | 'other';
  readonly method: string;
  readonly path: string;
  readonly body: string;
};

type Kind =
  /** What the real service answers when it is asked too often; the call has no effect. */
  | { readonly kind: 'throttle' }
  /** A rejection that no retry cures; the call has no effect. `code` replaces the service's usual one. */
  | { readonly kind: 'refuse'; readonly code?: string }
  /** The call is passed on after this many milliseconds of real time. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The call has its effect, and the client never hears of it. */
  | { readonly kind: 'drop-answer' }
  /** The call has no effect, and the client cannot know that. */
  | { readonly kind: 'drop-connection' };

/** What is to go wrong, and when. Of several that match a call, the one added first acts. */
export type Fault = Kind & {
  /** An operation's name, `*` for every call, or a look at the call itself. */
  readonly match: string | ((call: ProxiedCall) => boolean);
  /** Matching calls to let pass before the first fault; none where missing. */
  readonly skip?: number;
  /** Number of faults before it is used up; no end where missing. */
  readonly times?: number;
  /** Chance of each matching call, 0 to 1; certain where missing. */
  readonly probability?: number;
};

/** A fault that was added. */
export type AddedFault = {
  /** Number of calls that it has struck. */
  readonly struck: () => number;
  readonly remove: () => void;
};

/** An answer in the service's own wire format. */
export type FaultAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const restOperations: ReadonlyMap<string, string> = new Map([['POST /v2/email/outbound-emails', 'SendEmail']]);

const serviceOf = (target: string, path: string): ProxiedCall['service'] => {
  if (target.startsWith('DynamoDB_')) return 'table';
  if (target.startsWith('AmazonSQS.')) return 'queue';
  return path.startsWith('/v2/email/') ? 'mail' : 'other';
};

/** Names a request by its `X-Amz-Target` header (missing: empty), otherwise by method and path. */
export const readCall = (request: { method: string; url: string; target: string; body: string }): ProxiedCall => {
  const [path = '/'] = request.url.split('?', 1);
  const route = `${request.method} ${path}`;
  const suffix = request.target.slice(request.target.lastIndexOf('.') + 1);
  return {
    operation: suffix === '' ? (restOperations.get(route) ?? route) : suffix,
    service: serviceOf(request.target, path),
    method: request.method,
    path,
    body: request.body,
  };
};

const jsonAnswer = (code: string, message: string): FaultAnswer => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-query-error': `${code.split('#').at(-1)};Sender` },
  body: JSON.stringify({ __type: code, message }),
});

const restAnswer = (status: number, code: string, message: string): FaultAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
  body: JSON.stringify({ message }),
});

/** What each service answers when it throttles. Source: the "Common errors" pages of the three API references. */
export const throttleAnswer = (service: ProxiedCall['service']): FaultAnswer => {
  switch (service) {
    case 'table':
      return jsonAnswer(
        'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
        'The level of configured provisioned throughput for the table was exceeded.',
      );
    case 'queue':
      return jsonAnswer('com.amazonaws.sqs#RequestThrottled', 'The request was denied due to request throttling.');
    case 'mail':
      return restAnswer(429, 'TooManyRequestsException', 'Too many requests have been made to the operation.');
    case 'other':
      return restAnswer(429, 'TooManyRequestsException', 'Too many requests.');
  }
};

/** What each service answers to a request that it will never accept. */
export const refuseAnswer = (service: ProxiedCall['service'], code?: string): FaultAnswer => {
  switch (service) {
    case 'table':
      return jsonAnswer(code ?? 'com.amazon.coral.validate#ValidationException', 'The request is refused.');
    case 'queue':
      return jsonAnswer(code ?? 'com.amazonaws.sqs#UnsupportedOperation', 'The request is refused.');
    case 'mail':
      return restAnswer(400, code ?? 'MessageRejected', 'Email address is not verified.');
    case 'other':
      return restAnswer(400, code ?? 'BadRequestException', 'The request is refused.');
  }
};

const matches = (fault: Fault, call: ProxiedCall): boolean =>
  typeof fault.match === 'function' ? fault.match(call) : fault.match === '*' || fault.match === call.operation;

/** The faults that are due. `random` gives 0 up to 1; seed it and the same calls meet the same faults. */
export const createFaults = (random: () => number) => {
  const active = new Set<{ readonly fault: Fault; seen: number; struck: number }>();
  return {
    add: (fault: Fault): AddedFault => {
      const entry = { fault, seen: 0, struck: 0 };
      active.add(entry);
      return { struck: () => entry.struck, remove: () => active.delete(entry) };
    },
    clear: () => active.clear(),
    strike: (call: ProxiedCall): Fault | undefined => {
      for (const entry of active) {
        const { fault } = entry;
        if (entry.struck >= (fault.times ?? Number.POSITIVE_INFINITY) || !matches(fault, call)) continue;
        entry.seen += 1;
        if (entry.seen <= (fault.skip ?? 0)) continue;
        if (fault.probability !== undefined && random() >= fault.probability) continue;
        entry.struck += 1;
        return fault;
      }
      return undefined;
    },
  };
};
