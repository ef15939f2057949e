import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { Problem } from '#adapters/http/problem.ts';
import {
  addressIdShape,
  addressShape,
  askedAddressBody,
  newAddressShape,
  ownAddressBody,
} from '#adapters/http/shapes/address-shape.ts';
import { type Asker, mostAddresses, mostAskers, mostOpen } from '#domain/confirmation.ts';
import { addressesOf, askForAddress, withdrawAddress } from '#workflows/api-watches/addresses.ts';
import { recipientIdOf } from '#workflows/make-watches.ts';
import { operation, ownAddress } from '../world.ts';

const tag = 'Addresses: where watches may be mailed';

/** An issuer's id for somebody, if no mail program could take it for a link. */
const plainSubject = /^[\w|:-]{1,64}$/;

/** Who asks, in nothing that they could write as they like: strangers read it. */
const askerOf = ({ personId, address, subject }: Caller): Asker => ({
  personId,
  askedBy: address ?? (plainSubject.test(subject) ? subject : personId),
});

const list = operation({
  id: 'listAddresses',
  method: 'get',
  path: '/v1/addresses',
  tag,
  summary: 'Your own verified address, and those that you asked for and that wait or have confirmed',
  who: 'person',
  answers: {
    200: { description: `At most ${mostAddresses + 1} addresses`, schema: z.object({ data: z.array(addressShape) }) },
  },
  problems: [],
  run: async (_request, caller, { watches }) => {
    const own = ownAddress(caller);
    const asked = (await addressesOf(watches, caller.personId)).filter(
      ({ recipientId }) => recipientId !== own?.recipientId,
    );
    return { status: 200, body: { data: [...(own ? [ownAddressBody(own)] : []), ...asked.map(askedAddressBody)] } };
  },
});

const ask = operation({
  id: 'askForAddress',
  method: 'post',
  path: '/v1/addresses',
  tag,
  summary: 'Ask an address, by a link in a mail to it, whether you may have watches mailed there',
  who: 'person',
  body: newAddressShape,
  answers: {
    200: { description: 'The address, which you may use already', schema: addressShape },
    202: { description: 'The address, which is sent one mail a day at most', schema: addressShape },
  },
  problems: ['conflict'],
  run: async ({ body }, caller, { watches }) => {
    const own = ownAddress(caller);
    if (own !== undefined && own.recipientId === recipientIdOf(watches, body.email)) {
      return { status: 200, body: ownAddressBody(own) };
    }
    const asking = await askForAddress(watches, askerOf(caller), body.email);
    switch (asking.outcome) {
      case 'asked':
        return {
          status: asking.asked.confirmation.state === 'confirmed' ? 200 : 202,
          body: askedAddressBody(asking.asked),
        };
      case 'takes-no-mail':
        throw new Problem(
          'conflict',
          'A mail to this address came back, and it is sent none; the operator can end that.',
        );
      case 'declined':
        throw new Problem('conflict', 'This address has said that it does not want to be asked.');
      case 'asked-lately':
        throw new Problem(
          'conflict',
          'This address was asked for you and has not answered. It is asked again after a day, then after a week, then once in 30 days.',
        );
      case 'too-many-askers':
        throw new Problem('conflict', `${mostAskers} people ask for this address already, or may use it.`);
      case 'too-many':
        throw new Problem(
          'conflict',
          `You have asked for ${mostOpen} addresses that have not confirmed, or for ${mostAddresses} in all. Wait, or withdraw some: what is withdrawn counts for a day.`,
        );
    }
  },
});

const withdraw = operation({
  id: 'withdrawAddress',
  method: 'delete',
  path: '/v1/addresses/{address_id}',
  tag,
  summary: 'Stop asking for an address, or using it. Watches made for it stay its own',
  who: 'person',
  params: z.strictObject({ address_id: addressIdShape }),
  answers: { 204: { description: 'You may not use it any more' } },
  problems: ['not-found'],
  run: async ({ path }, caller, { watches }) => {
    if (await withdrawAddress(watches, caller.personId, path.address_id)) return { status: 204 };
    throw new Problem('not-found', 'You have not asked for such an address.');
  },
});

export const addresses = [list, ask, withdraw];
