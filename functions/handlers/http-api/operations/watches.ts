import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { notAcceptable, Problem } from '#adapters/http/problem.ts';
import {
  etagOf,
  namesEtag,
  newWatchShape,
  readWatchId,
  watchBody,
  watchChangeShape,
  watchIdShape,
  watchShape,
} from '#adapters/http/shapes/watch-shape.ts';
import { isConfirmedFor } from '#domain/confirmation.ts';
import { type KeptWatch, newRecipient } from '#domain/recipient.ts';
import { day } from '#domain/time.ts';
import {
  type Changing,
  cancelWatch,
  changeWatch,
  makeWatch,
  mostCreating,
  mostForOthers,
  mostWatches,
  watchesIn,
} from '#workflows/api-watches/watches.ts';
import { recipientIdOf } from '#workflows/make-watches.ts';
import { type ApiWorld, addresseeFor, addressOf, isTheirs, maySee, operation } from '../world.ts';
import { checkCreation, checkNewCreation, orderOfWatch } from './watch-creation.ts';

const tag = 'Watches: tell me when this GPU can be rented';
const one = z.strictObject({ watch_id: watchIdShape });
const etagHeader = { etag: 'Names this state of the watch, for `If-Match`' };
const longestWait = 366 * day;

const instantOf = (expiresAt: string | undefined, now: number): { readonly expiresAt?: number } => {
  if (expiresAt === undefined) return {};
  const at = Date.parse(expiresAt);
  if (at > now && at <= now + longestWait) return { expiresAt: at };
  throw notAcceptable('/expires_at', `expires_at is ${expiresAt}; it must lie ahead, at most 366 days`);
};

const bodyAndEtag = (owner: { readonly id: string; readonly address: string }, kept: KeptWatch) => {
  const body = watchBody(owner, kept);
  return { body, headers: { etag: etagOf(body) } };
};

/** Whose a watch is; it is not there for anybody else. */
const ownerOf = async (id: string, caller: Caller, { watches }: ApiWorld) => {
  const { recipientId, watchId } = readWatchId(id);
  const found = await watches.store.readRecipient(recipientId);
  const kept = found?.recipient.watches[watchId];
  if (found === undefined || kept === undefined || !maySee(caller, found.recipient, kept))
    throw new Problem('not-found', 'There is no such watch.');
  return { owner: found.recipient, watchId, kept };
};

const list = operation({
  id: 'listWatches',
  method: 'get',
  path: '/v1/watches',
  tag,
  summary:
    'Your watches from every source, the newest first. By `email`: those that you made for an address which has confirmed for you; an operator may ask for all of any address',
  who: 'person',
  query: z.strictObject({ email: z.exactOptional(z.string().check(z.regex(/^[^\s@]{1,64}@[^\s@]{1,189}$/))) }),
  answers: { 200: { description: 'At most 200 watches', schema: z.object({ data: z.array(watchShape) }) } },
  problems: ['no-verified-address', 'not-allowed'],
  run: async ({ query }, caller, { watches }) => {
    const address = query.email ?? addressOf(caller).address;
    const id = recipientIdOf(watches, address);
    const owner = (await watches.store.readRecipient(id))?.recipient ?? newRecipient(id, address);
    if (!isTheirs(caller, id) && !isConfirmedFor(owner, caller.personId)) {
      throw new Problem(
        'not-allowed',
        'Only operators may read the watches of an address that has not confirmed for them (POST /v1/addresses).',
      );
    }
    const theirs = watchesIn(owner).filter((kept) => maySee(caller, owner, kept));
    return { status: 200, body: { data: theirs.map((kept) => watchBody(owner, kept)) } };
  },
});

const create = operation({
  id: 'createWatch',
  method: 'post',
  path: '/v1/watches',
  tag,
  summary: 'Be told when a GPU can be rented: a config in a region, or whatever fits a description',
  who: 'person',
  headers: { 'idempotency-key': 'The same request with the same key makes one watch, however often it is sent' },
  body: newWatchShape,
  answers: {
    200: { description: 'The watch that this very request made before', schema: watchShape, headers: etagHeader },
    201: { description: 'The watch', schema: watchShape, headers: { ...etagHeader, location: 'Where it is read' } },
  },
  problems: [
    'no-verified-address',
    'address-not-confirmed',
    'not-allowed',
    'over-limit',
    'conflict',
    'not-acceptable',
    'key-used-otherwise',
  ],
  run: async ({ body, header }, caller, world) => {
    const { watches } = world;
    const { address, recipientId: id, madeBy } = addresseeFor(body.email, caller, world);
    if (body.vram_min !== undefined && body.vram_max !== undefined && body.vram_min > body.vram_max) {
      throw notAcceptable('/vram_min', `vram_min is ${body.vram_min}, above vram_max, which is ${body.vram_max}`);
    }
    if (body.create !== undefined && madeBy !== undefined) {
      throw notAcceptable('/create', 'create goes with your own address alone: whoever is mailed owns the runtime');
    }
    const key = header('idempotency-key');
    const wish = {
      criteria: criteriaOf(body),
      notify: body.notify,
      ...instantOf(body.expires_at, watches.clock()),
      ...(body.create === undefined ? {} : { create: orderOfWatch(body.create, caller) }),
    };
    const admit = () => checkNewCreation(body, caller, world);
    const made = await makeWatch(watches, address, wish, {
      admit,
      ...(key === undefined ? {} : { key }),
      ...(madeBy === undefined ? {} : { madeBy }),
    });
    switch (made.outcome) {
      case 'made':
      case 'same': {
        const answer = bodyAndEtag({ id, address: made.address }, made.kept);
        const location = `/v1/watches/${answer.body.id}`;
        return made.outcome === 'same'
          ? { status: 200, ...answer }
          : { status: 201, body: answer.body, headers: { ...answer.headers, location } };
      }
      case 'not-confirmed':
        throw new Problem(
          'address-not-confirmed',
          `${address} has not confirmed that it may be mailed watches of yours. Ask it with POST /v1/addresses; it gets a mail with a link for that.`,
        );
      case 'key-used-otherwise':
        throw new Problem('key-used-otherwise', 'This Idempotency-Key came with another watch before; take a new one.');
      case 'too-many-for-others':
        throw new Problem('conflict', `You have made ${mostForOthers} watches for this address; cancel some.`);
      case 'too-many-creating':
        throw new Problem('conflict', `The address has ${mostCreating} watches that create something; cancel some.`);
      default:
        throw new Problem('conflict', `The address has ${mostWatches} watches, and more are not kept; cancel some.`);
    }
  },
});

const criteriaOf = (body: z.output<typeof newWatchShape>) => ({
  gpus: body.gpu_count,
  ...(body.region_id === undefined ? {} : { region: body.region_id }),
  ...(body.config_id === undefined ? {} : { configId: body.config_id }),
  ...(body.gpu_model === undefined ? {} : { model: body.gpu_model }),
  ...(body.gpu_vendor === undefined ? {} : { vendor: body.gpu_vendor }),
  ...(body.vram_min === undefined ? {} : { vramMinGib: body.vram_min }),
  ...(body.vram_max === undefined ? {} : { vramMaxGib: body.vram_max }),
  ...(body.max_price_per_gpu_per_hour === undefined ? {} : { maxPricePerGpuHour: body.max_price_per_gpu_per_hour }),
});

const read = operation({
  id: 'readWatch',
  method: 'get',
  path: '/v1/watches/{watch_id}',
  tag,
  summary: 'One watch, and what was told of it',
  who: 'person',
  params: one,
  answers: { 200: { description: 'The watch', schema: watchShape, headers: etagHeader } },
  problems: ['not-found'],
  run: async ({ path }, caller, world) => {
    const { owner, kept } = await ownerOf(path.watch_id, caller, world);
    return { status: 200, ...bodyAndEtag(owner, kept) };
  },
});

const outcomeOf = (owner: { readonly id: string; readonly address: string }, changing: Changing) => {
  switch (changing.outcome) {
    case 'changed':
      return bodyAndEtag(owner, changing.kept);
    case 'unknown':
      throw new Problem('not-found', 'There is no such watch.');
    case 'changed-meanwhile':
      throw new Problem('changed-meanwhile', 'The watch is not as If-Match names it any more; read it again.');
    case 'listed-elsewhere':
      throw new Problem(
        'conflict',
        `This watch comes from ${changing.kept.watch.source}; change it there, or cancel it.`,
      );
    case 'being-created':
      throw new Problem('conflict', 'The provider was asked to create what this watch waits for; wait for its answer.');
    case 'over':
      throw new Problem('conflict', 'This watch is over; make a new one.');
  }
};

const matching =
  (owner: { readonly id: string; readonly address: string }, ifMatch: string | undefined) =>
  (kept: KeptWatch): boolean =>
    ifMatch === undefined || namesEtag(ifMatch, etagOf(watchBody(owner, kept)));

const change = operation({
  id: 'changeWatch',
  method: 'patch',
  path: '/v1/watches/{watch_id}',
  tag,
  summary: 'Change what a watch asks for; one that asks for something else now may fire at once',
  who: 'person',
  params: one,
  headers: { 'if-match': 'The ETag of the watch as you have seen it; without it: 428' },
  body: watchChangeShape,
  answers: { 200: { description: 'The watch', schema: watchShape, headers: etagHeader } },
  problems: ['not-found', 'over-limit', 'conflict', 'changed-meanwhile', 'not-acceptable', 'if-match-missing'],
  run: async ({ path, body, header }, caller, world) => {
    const { owner, watchId, kept } = await ownerOf(path.watch_id, caller, world);
    const ifMatch = header('if-match');
    if (ifMatch === undefined) throw new Problem('if-match-missing', 'Send the ETag of the watch as If-Match.');
    const criteria = {
      ...(body.gpu_count === undefined ? {} : { gpus: body.gpu_count }),
      ...(body.max_price_per_gpu_per_hour === undefined ? {} : { maxPricePerGpuHour: body.max_price_per_gpu_per_hour }),
    };
    checkCreation(kept, criteria, world);
    const wish = {
      criteria,
      ...(body.notify === undefined ? {} : { notify: body.notify }),
      ...instantOf(body.expires_at, world.watches.clock()),
    };
    const changing = await changeWatch(world.watches, owner.id, watchId, wish, matching(owner, ifMatch));
    return { status: 200, ...outcomeOf(owner, changing) };
  },
});

const cancel = operation({
  id: 'cancelWatch',
  method: 'post',
  path: '/v1/watches/{watch_id}/cancel',
  tag,
  summary: 'End a watch; ending it again changes nothing',
  who: 'person',
  params: one,
  headers: { 'if-match': 'Cancel it only if it is as you have seen it' },
  answers: { 200: { description: 'The watch, which is over', schema: watchShape, headers: etagHeader } },
  problems: ['not-found', 'changed-meanwhile'],
  run: async ({ path, header }, caller, world) => {
    const { owner, watchId } = await ownerOf(path.watch_id, caller, world);
    const changing = await cancelWatch(world.watches, owner.id, watchId, matching(owner, header('if-match')));
    return { status: 200, ...outcomeOf(owner, changing) };
  },
});

export const watches = [list, create, read, change, cancel];
