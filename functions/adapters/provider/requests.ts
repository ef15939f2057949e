import * as z from 'zod/mini';
import type { Listing } from '#domain/listing.ts';
import type { NotificationRequest } from '#domain/request.ts';
import type { CallOptions } from './abort.ts';
import { type Api, addressOf } from './api.ts';
import { Refused } from './errors.ts';
import { found, foundEach } from './expression.ts';
import { idText, instant, text } from './fields.ts';
import { parsedJson } from './json.ts';
import { listingOf } from './page-agreement.ts';
import { answerJson, notUnderstood, type Understood, understandFields } from './understand.ts';

/** `registered`: the request is missing where the answer does not show it. `duplicate`: one for the same offer is pending. */
export type Registration =
  | { readonly outcome: 'registered'; readonly request?: NotificationRequest }
  | { readonly outcome: 'duplicate' };

const notificationRequest = z.object({
  id: idText(),
  region: text(),
  configId: text(),
  status: text(),
  createdAt: z.exactOptional(instant()),
  notifiedAt: z.exactOptional(instant()),
});

const needed = ['id', 'region', 'configId', 'status'];

const readRequest = (api: Api, row: unknown): Understood<NotificationRequest> => {
  const { items, item, ...fields } = api.mappings.notificationRequest;
  return understandFields(notificationRequest, foundEach(fields, row), needed, fields);
};

const conflict = 409;

const addressOfRequests = (api: Api): URL =>
  addressOf(api.inventoryUrl, ['api', 'v1beta1', 'inventory', 'gpu', 'notify-availability']);

/** The answer is one bare list: one page, complete if every row of it could be read and none came twice. */
const listRequests =
  (api: Api) =>
  async (
    filter: { readonly status?: string } = {},
    options: CallOptions = {},
  ): Promise<Listing<NotificationRequest>> => {
    const operation = 'listNotificationRequests';
    const url = addressOfRequests(api);
    if (filter.status !== undefined) url.searchParams.set('status', filter.status);
    const answer = await api.send({ operation, method: 'GET', url: url.href, repeat: 'freely' }, options);
    const items = found(api.mappings.notificationRequest.items, answerJson(operation, answer));
    if (!Array.isArray(items)) throw notUnderstood(operation, answer, 'there is no list of requests in it');
    const { askedAt } = answer;
    const reading = { read: (row: unknown) => readRequest(api, row), keyOf: ({ id }: NotificationRequest) => id };
    const pagination = { totalItems: items.length, totalPages: 1, currentPage: 1, itemsPerPage: items.length };
    const page = { askedAt, rows: items, pagination: { understood: true, value: pagination } } as const;
    return listingOf(askedAt, [{ number: 1, came: { understood: true, value: page } }], reading);
  };

const createRequest =
  (api: Api) =>
  async (
    wish: { readonly region: string; readonly configId: string },
    options: CallOptions = {},
  ): Promise<Registration> => {
    const operation = 'createNotificationRequest';
    const body = { region_id: wish.region, config_id: wish.configId };
    const url = addressOfRequests(api).href;
    try {
      const answer = await api.send({ operation, method: 'POST', url, body, repeat: 'unless-begun' }, options);
      const item = found(api.mappings.notificationRequest.item, parsedJson(answer.text));
      const read = readRequest(api, item);
      // It is registered, whatever its answer looks like: a failure would have it registered again.
      return read.understood ? { outcome: 'registered', request: read.value } : { outcome: 'registered' };
    } catch (error) {
      if (error instanceof Refused && error.status === conflict) return { outcome: 'duplicate' };
      throw error;
    }
  };

export const createRequestCalls = (api: Api) => ({
  /** The account's own requests, with any status or with one. */
  listNotificationRequests: listRequests(api),
  /** Asks the provider to mail the account when the offer becomes available. Sent once: never repeated after it may have begun. */
  createNotificationRequest: createRequest(api),
});
