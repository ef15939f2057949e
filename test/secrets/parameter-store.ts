import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';
import { verifiedSignature } from './signature.ts';

export const account = { accessKeyId: 'AKIDTEST', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' };
export const region = 'eu-west-1';

type Fault =
  | { readonly status: number; readonly body: unknown }
  | 'no answer'
  | 'half an answer'
  | 'never ends'
  | 'silence';
export type Call = { readonly operation: string; readonly input: unknown; readonly headers: IncomingHttpHeaders };

const inputShape = z.object({
  Name: z.optional(z.string()),
  Names: z.optional(z.array(z.string())),
  Type: z.optional(z.string()),
  Value: z.optional(z.string()),
  Overwrite: z.optional(z.boolean()),
  WithDecryption: z.optional(z.boolean()),
});
type Input = z.output<typeof inputShape>;
type Answer = { readonly status: number; readonly body: unknown };

const ok = (body: unknown): Answer => ({ status: 200, body });
export const refusal = (type: string, message: string): Answer => ({ status: 400, body: { __type: type, message } });

/**
 * Stands in for Systems Manager: its four operations over named parameters, in JSON 1.1, for requests whose signature is right. A
 * real engine is asked by `npm run test:deploy`. Values have versions, and `name:version` reads an earlier one.
 */
export const startParameterStore = async () => {
  const parameters = new Map<string, string[]>();
  const calls: Call[] = [];
  const faults: { readonly operation: string; readonly fault: Fault; times: number }[] = [];
  const echoing = new Set<string>();
  const listeners = new Map<string, (name: string) => void>();

  const get = ({ Name = '', WithDecryption = false }: Input): Answer => {
    const [, name = '', selector] = /^([^:]*)(?::(\d+))?$/.exec(Name) ?? [];
    const values = parameters.get(name);
    const Version = selector === undefined ? (values?.length ?? 0) : Number(selector);
    const Value = values?.[Version - 1];
    if (Value === undefined) return refusal('ParameterNotFound', `Parameter ${Name} not found.`);
    return ok({
      Parameter: { Name: name, Type: 'SecureString', Version, Value: WithDecryption ? Value : 'encrypted' },
    });
  };
  const put = ({ Name = '', Value = '', Type, Overwrite = false }: Input): Answer => {
    if (Type !== 'SecureString') return refusal('ValidationException', 'Secrets are to be encrypted.');
    const values = parameters.get(Name) ?? [];
    if (values.length > 0 && !Overwrite) return refusal('ParameterAlreadyExists', 'The parameter already exists.');
    parameters.set(Name, [...values, Value]);
    return ok({ Version: values.length + 1, Tier: 'Standard' });
  };
  const remove = ({ Names = [] }: Input): Answer => {
    const DeletedParameters = Names.filter((name) => parameters.delete(name));
    return ok({ DeletedParameters, InvalidParameters: Names.filter((name) => !DeletedParameters.includes(name)) });
  };
  const operations: Readonly<Record<string, (input: Input) => Answer>> = {
    GetParameter: get,
    PutParameter: put,
    DeleteParameters: remove,
  };

  const reply = (response: ServerResponse, { status, body }: Answer) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  };
  const faultOf = (operation: string): Fault | undefined => {
    const found = faults.find((one) => one.operation === operation && one.times > 0);
    if (found !== undefined) found.times -= 1;
    return found?.fault;
  };

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const operation = /^AmazonSSM\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
    const signedFor = verifiedSignature(request, body, account.secretAccessKey);
    if (signedFor?.service !== 'ssm' || signedFor.region !== region || signedFor.accessKeyId !== account.accessKeyId) {
      return reply(
        response,
        refusal('InvalidSignatureException', 'The request signature we calculated does not match.'),
      );
    }
    const input = inputShape.parse(JSON.parse(body));
    calls.push({ operation, input, headers: request.headers });
    const fault = faultOf(operation);
    if (fault === 'no answer') return request.socket.destroy();
    if (fault === 'silence') return;
    if (echoing.has(operation))
      return reply(response, refusal('ValidationException', `It is not valid: ${input.Value}`));
    if (fault === 'never ends') {
      response.writeHead(200, { 'content-length': 1_000 });
      return response.write('{', () => listeners.get(operation)?.(input.Name ?? ''));
    }
    if (fault === 'half an answer') {
      response.writeHead(200, { 'content-length': 1_000 });
      return response.write(JSON.stringify(get(input).body), () => request.socket.destroy());
    }
    const answer = fault ?? operations[operation]?.(input) ?? refusal('UnknownOperationException', operation);
    reply(response, answer);
    listeners.get(operation)?.(input.Name ?? '');
  });
  const endpoint = `http://${loopback}:${await listenOnLoopback(server)}`;

  return {
    endpoint,
    calls,
    counted: (operation: string) => calls.filter((call) => call.operation === operation).length,
    /** The newest value; undefined where there is no such parameter. */
    value: (name: string) => parameters.get(name)?.at(-1),
    set: (name: string, value: string) => void parameters.set(name, [...(parameters.get(name) ?? []), value]),
    remove: (name: string) => void parameters.delete(name),
    fail: (operation: string, fault: Fault, times = Number.POSITIVE_INFINITY) =>
      void faults.push({ operation, fault, times }),
    /** From now on an operation is refused with words that repeat what it was sent. */
    echo: (operation: string) => void echoing.add(operation),
    mend: () => void faults.splice(0),
    /** Calls back after an operation was answered. */
    after: (operation: string, listener: (name: string) => void) => void listeners.set(operation, listener),
    /** A real client of the SDK. */
    client: (maxAttempts = 1) => new SSMClient({ endpoint, region, credentials: account, maxAttempts }),
    close: () => closeServer(server),
  };
};

export type ParameterStore = Awaited<ReturnType<typeof startParameterStore>>;
