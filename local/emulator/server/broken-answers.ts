import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { ArmedFault } from '../faults/fault.ts';
import type { EmulatorEnv } from './app-types.ts';
import { cutAnswer, droppedAnswer } from './connection.ts';

type RetryAfter = NonNullable<Extract<ArmedFault, { kind: 'status' }>['retryAfter']>;

export const retryAfterHeader = (wish: RetryAfter, now: number): string =>
  typeof wish === 'object' ? new Date(now + wish.dateInSeconds * 1000).toUTCString() : String(wish);

/** A fresh one each time: answers are stamped, and the library's own is one object for all. */
const alreadySent = () => new Response(null, RESPONSE_ALREADY_SENT);

/** Ends the connection without an answer; the caller sees a reset. */
export const dropConnection = (c: Context<EmulatorEnv>): Response => {
  if (c.env.incoming === undefined) return droppedAnswer();
  c.env.incoming.socket.destroy();
  return alreadySent();
};

/** Announces the whole length, sends half of it and ends the connection. */
export const cutBody = async (c: Context<EmulatorEnv>, answer: Response): Promise<Response> => {
  const body = Buffer.from(await answer.arrayBuffer());
  const { outgoing } = c.env;
  if (outgoing === undefined) return cutAnswer(body, answer);
  outgoing.writeHead(answer.status, {
    ...Object.fromEntries(answer.headers),
    ...stampHeaders(c),
    'content-length': body.length,
  });
  await new Promise((sent) => outgoing.write(body.subarray(0, Math.floor(body.length / 2)), sent));
  outgoing.destroy();
  return alreadySent();
};

/** A whole answer of the right type whose JSON ends too early. */
export const malform = async (answer: Response): Promise<Response> => {
  const body = await answer.text();
  return new Response(body.slice(0, -1), { status: answer.status, headers: { 'content-type': 'application/json' } });
};

/** What every answer carries: its id, and the time by the emulator's own clock. */
export const stampHeaders = (c: Context<EmulatorEnv>): { 'x-request-id': string; date: string } => ({
  'x-request-id': c.var.requestId,
  date: new Date(c.var.answeredAt()).toUTCString(),
});
