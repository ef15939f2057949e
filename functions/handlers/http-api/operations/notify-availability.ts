import * as z from 'zod/mini';
import { Problem } from '#adapters/http/problem.ts';
import { newRequestShape, requestBody, requestShape } from '#adapters/http/shapes/request-shape.ts';
import { makeWatch, watchesOf } from '#workflows/api-watches/watches.ts';
import { addressOf, operation } from '../world.ts';

const path = '/api/v1beta1/inventory/gpu/notify-availability';
const tag = "The provider's own endpoint, answered by Warden";

const list = operation({
  id: 'listNotificationRequests',
  method: 'get',
  path,
  tag,
  summary: 'Your requests to be mailed when a GPU config becomes available in a region',
  who: 'person',
  query: z.object({ status: z.exactOptional(z.string()) }),
  answers: { 200: { description: 'The requests, the newest first', schema: z.array(requestShape) } },
  problems: ['no-verified-address'],
  run: async ({ query }, caller, { watches }) => {
    const { recipientId } = addressOf(caller);
    const all = await watchesOf(watches, recipientId);
    const requests = all.flatMap((kept) => requestBody(recipientId, kept) ?? []);
    return { status: 200, body: requests.filter(({ status }) => (query.status ?? status) === status) };
  },
});

const create = operation({
  id: 'createNotificationRequest',
  method: 'post',
  path,
  tag,
  summary: 'Mail me when this GPU config becomes available in this region',
  who: 'person',
  body: newRequestShape,
  answers: { 201: { description: 'The request', schema: requestShape } },
  problems: ['no-verified-address', 'conflict'],
  run: async ({ body }, caller, { watches }) => {
    const { address, recipientId } = addressOf(caller);
    const criteria = { region: body.region_id, configId: body.config_id, gpus: 1 };
    const made = await makeWatch(watches, address, { criteria, notify: 'once' }, { onlyOne: true });
    const request = 'kept' in made ? requestBody(recipientId, made.kept) : undefined;
    if (made.outcome === 'made' && request !== undefined) return { status: 201, body: request };
    throw new Problem(
      'conflict',
      request === undefined
        ? 'There are too many watches for your address; cancel some.'
        : `The request ${request.id} for the same offer is pending.`,
    );
  },
});

export const notifyAvailability = [list, create];
