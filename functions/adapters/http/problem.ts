/** One thing that is wrong with a request: where it stands, as a JSON pointer into that part, and what would be right. */
export type Fault = {
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly pointer: string;
  readonly detail: string;
};

/** What each problem is called, and its status. */
const problems = {
  'malformed-request': [400, 'The request is not well formed'],
  'not-signed-in': [401, 'Nobody is signed in'],
  'not-allowed': [403, 'Not allowed'],
  'no-verified-address': [403, 'No verified mail address'],
  'address-not-confirmed': [403, 'The address has not confirmed'],
  'over-limit': [403, 'Over a limit of the settings'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  conflict: [409, 'Conflict'],
  'provider-refused': [409, 'The provider refused'],
  'changed-meanwhile': [412, 'It was changed meanwhile'],
  'too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'Unsupported media type'],
  'not-acceptable': [422, 'Not acceptable'],
  'key-used-otherwise': [422, 'The Idempotency-Key was used for another request'],
  'if-match-missing': [428, 'If-Match is missing'],
  failed: [500, 'It failed'],
  'provider-failed': [502, 'The provider did not answer'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

export const problemCodes = Object.keys(problems);

export const statusOf = (code: ProblemCode): number => problems[code][0];

/** A request that is answered with a problem (RFC 9457). `detail` says what was given, what is allowed and what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { faults = [], headers = {} }: { faults?: readonly Fault[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.code = code;
    this.faults = faults;
    this.headers = headers;
  }
}

/** A body that is well formed, and yet cannot be had. `pointer`: the field that it is about. */
export const notAcceptable = (pointer: string, detail: string): Problem =>
  new Problem('not-acceptable', `${detail}.`, { faults: [{ in: 'body', pointer, detail }] });

/** The body of a problem. `code` and `message` stand there too for clients of the provider, which read those. */
export const problemBody = ({ code, message, faults }: Problem) => ({
  type: 'about:blank',
  title: problems[code][1],
  status: statusOf(code),
  detail: message,
  code,
  message,
  ...(faults.length === 0 ? {} : { errors: faults }),
});
