import { createRoute, z } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { type ShownOffer, shownOffers } from '../state/offers.ts';
import { REFUSALS } from '../wire/errors.ts';
import { offerRow, toOfferRow } from '../wire/offer-row.ts';
import { answerPage, pageOf, pageQuery, withinPage } from '../wire/paging.ts';

const bound = z.coerce.number().min(0).optional().describe('GiB; 0 or missing is no bound');

const query = pageQuery
  .extend({
    region: z.string().optional(),
    type: z.enum(['GPU']).default('GPU'),
    gpu_model: z.string().optional().describe('part of the name, in any case'),
    gpu_vendor: z.string().optional().describe('the whole name, in any case'),
    vram_min: bound,
    vram_max: bound,
  })
  .refine(({ vram_min, vram_max }) => !vram_min || !vram_max || vram_min <= vram_max, {
    path: ['vram_min'],
    message: 'must not be above vram_max',
  });

const route = createRoute({
  method: 'get',
  path: '/inventory/api/v1beta1/inventory',
  operationId: 'listInventory',
  summary: 'Offers with their prices and counts; a row with nothing free is listed as None',
  tags: ['inventory'],
  security: [{ bearer: [] }],
  request: { query },
  responses: {
    200: {
      description: 'One page of offers, by region and config',
      content: { 'application/json': { schema: pageOf(offerRow).openapi('OfferPage') } },
    },
    ...REFUSALS,
  },
});

/** How filters compare: decision D8 in docs/emulator.md. */
const matches = ({ offer }: ShownOffer, filter: z.output<typeof query>): boolean => {
  const model = filter.gpu_model?.toLowerCase() ?? '';
  if (filter.region && offer.region !== filter.region) return false;
  if (!offer.gpuModel.toLowerCase().includes(model)) return false;
  if (filter.gpu_vendor && offer.gpuVendor.toLowerCase() !== filter.gpu_vendor.toLowerCase()) return false;
  if (filter.vram_min && offer.vramGib < filter.vram_min) return false;
  return !filter.vram_max || offer.vramGib <= filter.vram_max;
};

export const listInventory: Operation = {
  id: 'listInventory',
  service: 'inventory',
  answers: 'paged',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const filter = c.req.valid('query');
      const offers = shownOffers(c.var.view).filter((offer) => matches(offer, filter));
      return c.json(answerPage(offers, withinPage(filter, world), c.var.strike, toOfferRow), 200);
    }),
};
