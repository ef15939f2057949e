import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AddedFault,
  createFaults,
  type Fault,
  type FaultAnswer,
  readCall,
  refuseAnswer,
  throttleAnswer,
} from './faults.ts';
import { closeServer, listenOnLoopback, loopback } from './loopback.ts';

/** Stands before table, queue or inbox and lets go wrong what it is told to. */
export type FaultProxy = {
  /** What an unmodified SDK client takes in place of the engine's own. */
  readonly endpoint: string;
  /** An address of the engine, such as a queue's URL, as it is through the proxy: an SQS client without `endpoint` follows the URL. */
  readonly through: (url: string) => string;
  readonly faults: { readonly add: (fault: Fault) => AddedFault; readonly clear: () => void };
  /** Calls that arrived so far, struck ones too, by operation. */
  readonly calls: () => Readonly<Record<string, number>>;
  readonly close: () => Promise<void>;
};

type Answer = { readonly status: number; readonly rawHeaders: readonly string[]; readonly body: Buffer };

/** These speak of one connection, of which there are two here, with whole bodies on both. */
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

const endToEnd = (rawHeaders: readonly string[]): string[] =>
  rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !hopByHop.has(name.toLowerCase()) ? [name, rawHeaders[index + 1] ?? ''] : [],
  );

const forward = (target: URL, agent: Agent, incoming: IncomingMessage, body: Buffer): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request({
    host: target.hostname,
    port: target.port,
    ...(incoming.method === undefined ? {} : { method: incoming.method }),
    path: incoming.url ?? '/',
    // The client's own Host goes along, so that the engine builds addresses that lead through the proxy.
    headers: [...endToEnd(incoming.rawHeaders), 'content-length', String(body.length)],
    agent,
  });
  outgoing.once('error', reject);
  outgoing.once('response', (response) => {
    buffer(response).then(
      (answer) => resolve({ status: response.statusCode ?? 502, rawHeaders: response.rawHeaders, body: answer }),
      reject,
    );
  });
  outgoing.end(body);
  return promise;
};

const pass = (response: ServerResponse, { status, rawHeaders, body }: Answer): void => {
  response.writeHead(status, [...endToEnd(rawHeaders), 'content-length', String(body.length)]).end(body);
};

const answerFault = (response: ServerResponse, { status, headers, body }: FaultAnswer): void => {
  response.writeHead(status, headers).end(body);
};

/** Starts a proxy before `target`, an engine's endpoint. `random` (0 up to 1) decides faults that have a probability. */
export const startFaultProxy = async (options: {
  target: string;
  port?: number;
  random?: () => number;
}): Promise<FaultProxy> => {
  const target = new URL(options.target);
  const faults = createFaults(options.random ?? Math.random);
  const calls = new Map<string, number>();
  const closing = new AbortController();
  const agent = new Agent({ keepAlive: true });

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const header = incoming.headers['x-amz-target'];
    const call = readCall({
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '/',
      target: typeof header === 'string' ? header : '',
      body: body.toString('utf8'),
    });
    calls.set(call.operation, (calls.get(call.operation) ?? 0) + 1);
    const fault = faults.strike(call);
    if (fault?.kind === 'throttle') return answerFault(response, throttleAnswer(call.service));
    if (fault?.kind === 'refuse') return answerFault(response, refuseAnswer(call.service, fault.code));
    if (fault?.kind === 'drop-connection') return void incoming.socket.destroy();
    if (fault?.kind === 'delay') await pause(fault.delayMs, undefined, { signal: closing.signal });
    const answer = await forward(target, agent, incoming, body);
    if (fault?.kind === 'drop-answer') return void incoming.socket.destroy();
    pass(response, answer);
  };

  const server = createServer((incoming, response) => {
    // A client that went away, an engine that is not there: the one who asks sees a lost connection, as in the real world.
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  const endpoint = `http://${loopback}:${await listenOnLoopback(server, options.port)}`;
  return {
    endpoint,
    through: (url) => {
      const { pathname, search } = new URL(url);
      return `${endpoint}${pathname}${search}`;
    },
    faults: { add: faults.add, clear: faults.clear },
    calls: () => Object.fromEntries(calls),
    close: async () => {
      closing.abort();
      agent.destroy();
      await closeServer(server);
    },
  };
};
