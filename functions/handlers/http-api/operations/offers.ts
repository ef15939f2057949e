import * as z from 'zod/mini';
import { pageAfter, pageOf, paging } from '#adapters/http/cursor.ts';
import { Problem } from '#adapters/http/problem.ts';
import { id, isoOrNull, isoTime, name } from '#adapters/http/shapes/fields.ts';
import { offerBody, offerShape, windowBody, windowShape } from '#adapters/http/shapes/offer-shape.ts';
import { sortable } from '#adapters/store/table.ts';
import { statisticsOf } from '#domain/availability-mail.ts';
import { historyKept } from '#domain/keeping.ts';
import { offerKey } from '#domain/offer.ts';
import { modelNames, squashed } from '#domain/watch.ts';
import { operation } from '../world.ts';

const tag = 'Offers: what could be rented, and how long it lasted';

const list = operation({
  id: 'listOffers',
  method: 'get',
  path: '/v1/offers',
  tag,
  summary: 'The inventory as it was last seen, and when',
  who: 'person',
  query: z.strictObject({
    region_id: z.exactOptional(id('a region, such as as-south-1')),
    gpu_model: z.exactOptional(name('whole words of the name of a GPU, such as H100')),
    rentable: z.exactOptional(z.boolean({ error: 'true or false' })),
  }),
  answers: {
    200: {
      description: 'Every offer that was ever seen. `complete_at`: when the inventory was last seen whole',
      schema: z.object({ complete_at: z.nullable(isoTime()), data: z.array(offerShape) }),
    },
  },
  problems: [],
  run: async ({ query }, _caller, { store }) => {
    const { offers, fleet } = await store.readBoard();
    const data = [...offers.values()]
      .map((state) => offerBody(state, fleet.lastCompleteAt))
      .filter(
        (offer) =>
          (query.region_id ?? offer.region_id) === offer.region_id &&
          (query.gpu_model === undefined || modelNames(offer.gpu_model).includes(squashed(query.gpu_model))) &&
          (query.rentable ?? offer.rentable) === offer.rentable,
      );
    return { status: 200, body: { complete_at: isoOrNull(fleet.lastCompleteAt), data } };
  },
});

const windows = operation({
  id: 'listWindows',
  method: 'get',
  path: '/v1/offers/{region_id}/{config_id}/windows',
  tag,
  summary: 'When an offer could be rented in the last 90 days, the newest window first',
  who: 'person',
  params: z.strictObject({ region_id: id('a region'), config_id: id('a GPU config') }),
  query: z.strictObject(paging),
  answers: {
    200: {
      description: 'Windows that are over, and how long all of them lasted; `open_since`: of the one that is not over',
      schema: z.extend(pageOf(windowShape), {
        statistics: z.object({ windows: z.int(), median_minutes: z.nullable(z.number()) }),
        open_since: z.nullable(isoTime()),
      }),
    },
  },
  problems: ['not-found', 'not-acceptable'],
  run: async ({ path, query }, _caller, { store, watches: { clock } }) => {
    const key = offerKey({ region: path.region_id, configId: path.config_id });
    const state = await store.readOffer(key);
    if (state === undefined)
      throw new Problem('not-found', 'This offer was never seen. Those that were: GET /v1/offers.');
    const past = await store.readWindows(key, clock() - historyKept);
    const page = pageAfter(past.toReversed(), ({ openedAt }) => sortable(openedAt), query);
    const { windows: count, medianMinutes = null } = statisticsOf(past);
    const body = {
      data: page.rows.map(windowBody),
      next_cursor: page.next,
      statistics: { windows: count, median_minutes: medianMinutes },
      open_since: offerBody(state, undefined).window_opened_at,
    };
    return { status: 200, body };
  },
});

export const offers = [list, windows];
