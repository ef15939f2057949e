import { HttpResponse } from '@smithy/core/protocols';

/** Carries out an operation with its input as the SDK has it; throws what the service would refuse it with. */
export type Execute = (operation: string, input: Record<string, unknown>) => unknown;

type Request = { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };

type ServiceError = {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { httpStatusCode?: number };
};

/** Whether the service answers with it. Everything else is a connection that broke. */
export const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && '$metadata' in error;

const answer = (statusCode: number, body: unknown, headers: Record<string, string> = {}) => ({
  response: new HttpResponse({
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
    // Bytes, not a stream: they are read without a turn of the event loop.
    body: new TextEncoder().encode(JSON.stringify(body)),
  }),
});

export const textOf = (body: unknown): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);

/**
 * An SDK request handler in front of a service in memory. What the service refuses goes back as it stands on the wire; what
 * else is thrown breaks the connection.
 *
 * @param namespace of the service's errors
 */
export const answering = (namespace: string, carryOut: (request: Request) => unknown) => ({
  handle: async (request: Request) => {
    try {
      return answer(200, await carryOut(request));
    } catch (error) {
      if (!isServiceError(error)) throw error;
      const { name, message, $metadata } = error;
      const body = { __type: `${namespace}${name}`, message };
      return answer($metadata.httpStatusCode ?? 400, body, { 'x-amzn-errortype': name });
    }
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});

/** The request handler of a service that speaks AWS JSON 1.0, where a header names the operation. */
export const jsonRequestHandler = (namespace: string, execute: Execute) =>
  answering(namespace, ({ headers, body }) => {
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    return execute(operation, JSON.parse(textOf(body)));
  });
