import { z } from '@hono/zod-openapi';
import { OPERATION_IDS } from '../operation-ids.ts';

const aim = {
  /** Which operation it strikes; `*` is every one. */
  operation: z.enum(['*', ...OPERATION_IDS]).default('*'),
  /** Strikes that many times and is then removed; missing: until it is cleared. */
  times: z.int().min(1).optional(),
  /** Chance to strike a request that it fits, drawn from the seed; missing: always. */
  probability: z.number().gt(0).max(1).optional(),
};

/** `before`: nothing happened at the provider. `after`: the operation took effect and only its answer is lost. */
const moment = z.enum(['before', 'after']).default('before');

const retryAfter = z.union([
  z.number().min(0).describe('seconds'),
  z.strictObject({ dateInSeconds: z.number() }).describe('an HTTP date that far from now'),
  z.string().describe('the header as it is'),
]);

export const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    ...aim,
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    retryAfter: retryAfter.optional(),
    body: z.unknown().optional().describe('instead of the error body of the service; a string is sent as it is'),
    moment,
  }),
  z.strictObject({ ...aim, kind: z.literal('delay'), milliseconds: z.int().min(0).describe('of real time') }),
  z.strictObject({ ...aim, kind: z.literal('cutBody') }),
  z.strictObject({ ...aim, kind: z.literal('malformedJson') }),
  z.strictObject({ ...aim, kind: z.literal('dropConnection'), moment }),
  z.strictObject({
    ...aim,
    kind: z.literal('missingPage'),
    page: z.int().min(1).default(2),
    as: z.enum(['error', 'empty']).default('error'),
  }),
  z.strictObject({ ...aim, kind: z.literal('shiftingPage'), how: z.enum(['duplicate', 'vanish', 'total']) }),
  z.strictObject({ ...aim, kind: z.literal('emptyList') }),
  z.strictObject({ ...aim, kind: z.literal('staleData'), minutes: z.number().gt(0) }),
]);

/** A fault as it is asked for: defaults may be left out. */
export type Fault = z.input<typeof fault>;
/** A fault with its defaults. */
export type ArmedFault = z.output<typeof fault>;
export type FaultKind = ArmedFault['kind'];
/** A fault in the list, with its id and how often it has struck. */
export type ListedFault = ArmedFault & { readonly id: string; readonly struck: number };
