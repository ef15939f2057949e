import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';

/** A request as it arrives. */
export type Arrived = { readonly method: string; readonly url: string; readonly body: string };

/** `type` is the header in which AWS names an error. */
type GivenAnswer = { readonly status: number; readonly body: string; readonly type?: string };

/**
 * `drop-connection`: the service never hears of the call. `drop-answer`: it acts, and nobody hears of that. An answer is
 * given in its place, which does not hear of the call either.
 */
export type Passage = 'pass' | 'drop-connection' | 'drop-answer' | GivenAnswer;

/** What happens when a request arrives, before the service sees it. */
export type Gate<Call> = (call: Call) => Passage | undefined | Promise<Passage | undefined>;

const forward = (target: URL, agent: Agent, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { method = 'GET', url = '/', headers } = incoming;
  const outgoing = request({ host: target.hostname, port: target.port, method, path: url, headers, agent });
  outgoing.once('error', reject);
  outgoing.once('response', resolve);
  outgoing.end(body);
  return promise;
};

/** Stands before a service, so that a test can act, or cut the line, in the middle of a call. */
export const startGate = async <Call>(target: string, callOf: (arrived: Arrived) => Call) => {
  let gate: Gate<Call> = () => 'pass';
  const agent = new Agent({ keepAlive: true });
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const { method = 'GET', url = '/' } = incoming;
    const passage = await gate(callOf({ method, url, body: body.toString('utf8') }));
    if (passage === 'drop-connection') return void incoming.socket.destroy();
    if (typeof passage === 'object') {
      const type = passage.type === undefined ? {} : { 'x-amzn-errortype': passage.type };
      response.writeHead(passage.status, { 'content-type': 'application/json', ...type }).end(passage.body);
      return;
    }
    const answer = await forward(new URL(target), agent, incoming, body);
    if (passage === 'drop-answer') return void incoming.socket.destroy();
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, response);
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  const url = `http://${loopback}:${await listenOnLoopback(server)}`;
  return {
    url,
    set: (next: Gate<Call>) => {
      gate = next;
    },
    close: async () => {
      agent.destroy();
      await closeServer(server);
    },
  };
};
