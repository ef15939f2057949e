import * as z from 'zod/mini';
import { second } from '#domain/time.ts';

const requestShape = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url({ protocol: /^https?$/ }),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.optional(z.string()),
});

/**
 * What CloudFormation asks a custom resource. Source: "Custom resource request objects" in its user guide. `ResponseURL` is
 * signed: whoever has it can answer, so that it never stands in a log.
 */
export type CustomResourceRequest = z.output<typeof requestShape>;

/** What became of a request; `reason` is shown to whoever deploys. */
export type CustomResourceOutcome =
  | { readonly status: 'SUCCESS'; readonly physicalId: string }
  | { readonly status: 'FAILED'; readonly physicalId: string; readonly reason: string };

/** A request that cannot be answered, or an answer that did not arrive. Nothing of either is in the message. */
export class CustomResourceError extends Error {
  override readonly name = 'CustomResourceError';
}

/** Reads an event; throws a `CustomResourceError` where it is none that could be answered. */
export const readCustomResourceRequest = (event: unknown): CustomResourceRequest => {
  const { success, data, error } = requestShape.safeParse(event);
  if (success) return data;
  const fields = [...new Set(error.issues.map(({ path }) => path.join('.') || 'all of it'))].join(', ');
  throw new CustomResourceError(`The event is no request of CloudFormation; not as it should be: ${fields}.`);
};

export type AnswerParts = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly sleep: (milliseconds: number) => Promise<void>;
};

/** CloudFormation takes answers of at most 4096 bytes. */
const longestReason = 1_000;
const mostTries = 3;
const answersWithin = 5 * second;

const bodyOf = (request: CustomResourceRequest, outcome: CustomResourceOutcome): string =>
  JSON.stringify({
    Status: outcome.status,
    ...(outcome.status === 'FAILED' ? { Reason: outcome.reason.slice(0, longestReason) } : {}),
    PhysicalResourceId: outcome.physicalId,
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
  });

const codeOf = (error: unknown): string => {
  const { cause } = error instanceof Error ? error : {};
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error instanceof Error ? error.name : 'unknown';
};

/**
 * Tells CloudFormation what became of a request, which waits for it. Tried three times; throws a `CustomResourceError` where it
 * does not arrive.
 */
export const createCustomResourceAnswer =
  ({ fetch, sleep }: AnswerParts) =>
  async (request: CustomResourceRequest, outcome: CustomResourceOutcome): Promise<void> => {
    const body = bodyOf(request, outcome);
    // The address is signed for an empty content type, and would be refused with any other.
    const init = { method: 'PUT', headers: { 'content-type': '' }, body };
    for (let tries = 1; ; tries += 1) {
      const words = await fetch(request.ResponseURL, { ...init, signal: AbortSignal.timeout(answersWithin) }).then(
        ({ ok, status }) => (ok ? undefined : `it answered ${status}`),
        codeOf,
      );
      if (words === undefined) return;
      if (tries === mostTries) throw new CustomResourceError(`The answer did not reach CloudFormation (${words}).`);
      await sleep(tries * second);
    }
  };

export type AnswerCustomResource = ReturnType<typeof createCustomResourceAnswer>;
