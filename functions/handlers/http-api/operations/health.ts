import * as z from 'zod/mini';
import { isoOrNull, isoTime } from '#adapters/http/shapes/fields.ts';
import { minute } from '#domain/time.ts';
import { operation } from '../world.ts';

/** As the alarm "no successful run" has it. */
const staleAfter = 10 * minute;

const read = operation({
  id: 'readHealth',
  method: 'get',
  path: '/v1/health',
  tag: 'Health',
  summary: 'Whether Warden still looks, and whether anything holds it back',
  who: 'person',
  answers: {
    200: {
      description: '`well`: both jobs ran within 10 minutes, and the breaker is closed',
      schema: z.object({
        well: z.boolean(),
        inventory_complete_at: z.nullable(isoTime()),
        runtimes_judged_at: z.nullable(isoTime()),
        breaker_open_since: z.nullable(isoTime()),
        not_understood: z.int(),
      }),
    },
  },
  problems: [],
  run: async (_request, _caller, { store, guard, watches: { clock } }) => {
    const [availability, guardrails] = await Promise.all([store.readBoard(), guard.readBoard()]);
    const inventoryAt = availability.fleet.lastCompleteAt;
    const { judgedAt } = guardrails.fleet;
    const { open } = guardrails.breaker.value;
    const isFresh = (at: number | undefined) => at !== undefined && clock() - at <= staleAfter;
    const body = {
      well: isFresh(inventoryAt) && isFresh(judgedAt) && open === undefined,
      inventory_complete_at: isoOrNull(inventoryAt),
      runtimes_judged_at: isoOrNull(judgedAt),
      breaker_open_since: isoOrNull(open?.at),
      not_understood: availability.unreadable.length + guardrails.unreadable.length,
    };
    return { status: 200, body };
  },
});

export const health = [read];
