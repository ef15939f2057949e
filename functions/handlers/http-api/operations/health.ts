import * as z from 'zod/mini';
import type { DeadLetterCounts } from '#adapters/dead-letters.ts';
import { isoOrNull, isoTime } from '#adapters/http/shapes/fields.ts';
import { minute } from '#domain/time.ts';
import { operation } from '../world.ts';

/** As the alarm "no successful run" has it. */
const staleAfter = 10 * minute;

const deadLettersShape = () => {
  const count = () => z.nullable(z.int().check(z.gte(0)));
  return z.object({ notices: count(), events: count() });
};

const runsShape = () => z.object({ watch_availability: z.nullable(isoTime()), guard_runtimes: z.nullable(isoTime()) });

const deadLettersBody = ({ notices, events }: DeadLetterCounts) => ({
  notices: notices ?? null,
  events: events ?? null,
});

const read = operation({
  id: 'readHealth',
  method: 'get',
  path: '/v1/health',
  tag: 'Health',
  summary: 'Whether Warden still looks, and whether anything holds it back',
  who: 'person',
  answers: {
    200: {
      description:
        '`well`: both jobs ran within 10 minutes, the breaker is closed, and there are no dead letters. `last_successful_runs`: when the last run of each job ended of which no part failed. `dead_letters`: notices that could not be sent and events that no function took, as SQS counts them; null: they could not be counted, and so it is not well',
      schema: z.object({
        well: z.boolean(),
        inventory_complete_at: z.nullable(isoTime()),
        runtimes_judged_at: z.nullable(isoTime()),
        last_successful_runs: runsShape(),
        breaker_open_since: z.nullable(isoTime()),
        dead_letters: deadLettersShape(),
        not_understood: z.int(),
      }),
    },
  },
  problems: [],
  run: async (_request, _caller, { store, guard, deadLetters, watches: { clock } }) => {
    const [availability, guardrails, dead] = await Promise.all([
      store.readBoard(),
      guard.readBoard(),
      deadLetters.count(),
    ]);
    const inventoryAt = availability.fleet.lastCompleteAt;
    const { judgedAt } = guardrails.fleet;
    const { open } = guardrails.breaker.value;
    const isFresh = (at: number | undefined) => at !== undefined && clock() - at <= staleAfter;
    const hasNone = dead.notices === 0 && dead.events === 0;
    const body = {
      well: isFresh(inventoryAt) && isFresh(judgedAt) && open === undefined && hasNone,
      inventory_complete_at: isoOrNull(inventoryAt),
      runtimes_judged_at: isoOrNull(judgedAt),
      last_successful_runs: {
        watch_availability: isoOrNull(availability.fleet.succeededAt),
        guard_runtimes: isoOrNull(guardrails.fleet.succeededAt),
      },
      breaker_open_since: isoOrNull(open?.at),
      dead_letters: deadLettersBody(dead),
      not_understood: availability.unreadable.length + guardrails.unreadable.length,
    };
    return { status: 200, body };
  },
});

export const health = [read];
