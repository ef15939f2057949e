import type { Context, MiddlewareHandler } from 'hono';
import { type Strike, struckBy } from '../faults/fault-list.ts';
import type { World } from '../state/world.ts';
import { codeOf, errorBody, unauthorized } from '../wire/errors.ts';
import type { EmulatorEnv, Operation } from './app-types.ts';
import { cutBody, dropConnection, malform, retryAfterHeader } from './broken-answers.ts';
import { isDropped } from './connection.ts';

type Gate = MiddlewareHandler<EmulatorEnv>;
type Gated = Context<EmulatorEnv>;

/** Counts the request, then notes how it ended. */
export const journalGate =
  (operation: Operation, world: World): Gate =>
  async (c, next) => {
    const { journal } = world;
    journal.begin(operation.id);
    await next();
    const { method, path } = c.req;
    const isSent = c.res.headers.has('x-hono-already-sent');
    const dropped = isDropped(c.res) || (isSent && !c.env.outgoing?.headersSent);
    journal.end({
      at: world.now(),
      operation: operation.id,
      method,
      path,
      status: dropped ? 0 : ((isSent ? c.env.outgoing?.statusCode : undefined) ?? c.res.status),
      requestId: c.var.requestId,
      faults: c.var.strike.map((each) => each.kind),
    });
  };

const pageAsked = (c: Gated, operation: Operation): { page?: number } => {
  const page = Number(c.req.query('page') ?? 1);
  return operation.answers === 'paged' && Number.isInteger(page) ? { page } : {};
};

/** A 2xx or 3xx that may not have a body, which a fault can ask for like any other. */
const BODILESS = [204, 205, 304];

const statusAnswer = (operation: Operation, world: World, strike: Strike): Response | undefined => {
  const fault = struckBy(strike, 'status');
  if (!fault) return undefined;
  const { status } = fault;
  const headers =
    fault.retryAfter === undefined ? {} : { 'retry-after': retryAfterHeader(fault.retryAfter, world.now()) };
  if (BODILESS.includes(status)) return new Response(null, { status, headers });
  if (typeof fault.body === 'string') return new Response(fault.body, { status, headers });
  const said = 'set by a fault of the emulator';
  return Response.json(fault.body ?? errorBody(operation.service, codeOf(status), said), { status, headers });
};

/** What the faults do before the operation takes effect. */
const strikeBefore = async (c: Gated, operation: Operation, world: World): Promise<Response | undefined> => {
  const { strike } = c.var;
  const delay = struckBy(strike, 'delay');
  if (delay) await world.sleep(delay.milliseconds, world.closing.signal).catch(() => undefined);
  if (struckBy(strike, 'dropConnection')?.moment === 'before') return dropConnection(c);
  return struckBy(strike, 'status')?.moment === 'before' ? statusAnswer(operation, world, strike) : undefined;
};

/** What the faults do to an answer that is ready. */
const strikeAfter = async (c: Gated, operation: Operation, world: World): Promise<Response | undefined> => {
  const { strike } = c.var;
  if (struckBy(strike, 'dropConnection')) return dropConnection(c);
  const answer = statusAnswer(operation, world, strike) ?? c.res;
  if (struckBy(strike, 'cutBody')) return await cutBody(c, answer);
  if (struckBy(strike, 'malformedJson')) return await malform(answer);
  return answer;
};

/** Strikes with the armed faults, before the token is looked at: a gateway in front would do so too. */
export const faultGate =
  (operation: Operation, world: World): Gate =>
  async (c, next) => {
    const target = { operation: operation.id, list: operation.answers !== 'one', ...pageAsked(c, operation) };
    c.set('strike', world.faults.strike(target));
    const early = await strikeBefore(c, operation, world);
    if (early) return early;
    c.set('view', world.view(struckBy(c.var.strike, 'staleData')?.minutes));
    await next();
    const late = await strikeAfter(c, operation, world);
    if (late && late !== c.res) c.res = late;
    return undefined;
  };

/** Lets a good token in; every operation but the tenant's needs one. */
export const tokenGate =
  (world: World): Gate =>
  async (c, next) => {
    const caller = world.accounts.callerOf(c.req.header('authorization'));
    if ('refused' in caller) throw unauthorized(caller.refused);
    c.set('caller', caller);
    await next();
  };
