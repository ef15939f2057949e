import { z } from '@hono/zod-openapi';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export type Service = 'gpu' | 'inventory' | 'tenant';

/** An answer that is not a 2xx, thrown by an operation and written in the shape of its service. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(status: ContentfulStatusCode, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (message: string) => new ProviderError(400, 'bad_request', message);
export const unauthorized = (message: string) => new ProviderError(401, 'unauthorized', message);
export const forbidden = (message: string) => new ProviderError(403, 'forbidden', message);
export const notFound = (message: string) => new ProviderError(404, 'not_found', message);
export const conflict = (message: string) => new ProviderError(409, 'conflict', message);
export const unavailable = (message: string) => new ProviderError(503, 'service_unavailable', message);

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  500: 'internal_error',
  502: 'bad_gateway',
  503: 'service_unavailable',
  504: 'gateway_timeout',
};

export const codeOf = (status: number): string => CODES[status] ?? (status >= 500 ? 'internal_error' : 'error');

/** The two shapes: decision D1 in docs/emulator.md. */
export const errorBody = (service: Service, code: string, message: string) =>
  service === 'tenant' ? { code, message } : { error: code, details: message };

const tenantError = z.object({ code: z.string(), message: z.string() }).openapi('TenantError');
const serviceError = z.object({ error: z.string(), details: z.string().optional() }).openapi('Error');

const answer = <Z extends z.ZodType>(description: string, schema: Z) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Error answers of a route, for its OpenAPI document: of every operation with a token, … */
export const REFUSALS = {
  400: answer('Something in the request is not valid; the answer names the field', serviceError),
  401: answer('The token is missing, expired or of the wrong kind', serviceError),
};
/** … of what can be absent, … */
export const ABSENT = { 404: answer('There is no such thing', serviceError) };
/** … of what lies in a project, … */
export const PROJECT_REFUSALS = {
  ...REFUSALS,
  403: answer('The token belongs to another organisation', serviceError),
  ...ABSENT,
};
/** … of what can clash with the present state, … */
export const CONFLICTS = { 409: answer('It does not fit the present state', serviceError) };
/** … of what cannot be had at times, … */
export const UNAVAILABLE = { 503: answer('It cannot be had at present', serviceError) };
/** … and of the tenant service. */
export const TENANT_REFUSALS = {
  400: answer('Something in the request is not valid; the answer names the field', tenantError),
  401: answer('The password or the token is wrong', tenantError),
};
export const TENANT_ABSENT = { 404: answer('There is no such user', tenantError) };
