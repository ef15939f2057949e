import * as z from 'zod/mini';
import { covers, type GivenMatch } from './guard-match.ts';

/** The policy that is always there; one that the user calls so takes its place. */
export const defaultPolicy = 'default';

const matchFields = z.object({
  project: z.exactOptional(z.string()),
  id: z.exactOptional(z.string()),
  name: z.exactOptional(z.string()),
  model: z.exactOptional(z.string()),
  minPricePerGpuHour: z.exactOptional(z.number()),
  maxPricePerGpuHour: z.exactOptional(z.number()),
});

const named = z.object({ name: z.string() });
const matching = z.object({ match: matchFields });

const nameOf = (item: unknown) => z.safeParse(named, item).data?.name.toLowerCase();
const matchOf = (item: unknown): GivenMatch | undefined => z.safeParse(matching, item).data?.match;
const addressOf = (item: unknown): GivenMatch | undefined => z.safeParse(matchFields, item).data;

/** The first of the rules before that leaves nothing for this one. */
const coveredBy = (match: GivenMatch | undefined, before: readonly (GivenMatch | undefined)[]): number =>
  match === undefined ? -1 : before.findIndex((earlier) => earlier !== undefined && covers(earlier, match));

const notReached = (index: number) => `a rule for what [${index}] does not match already: the first that matches wins`;

/** Every policy has a name of its own, and one that calls itself `default` is for everything. */
export const policiesNamed = z.check<unknown[]>(
  ({ value, issues }) => {
    if (!Array.isArray(value)) return;
    const names = value.map(nameOf);
    for (const [index, item] of value.entries()) {
      const name = names[index];
      if (name === undefined) continue;
      const first = names.indexOf(name);
      if (first < index) {
        const message = `a name of its own; [${first}] has this one`;
        issues.push({ code: 'custom', path: [index, 'name'], input: item, message });
      }
      if (name === defaultPolicy && !covers(matchOf(item) ?? {}, {})) {
        const message = `nothing here, because ${defaultPolicy} is for everything; give the policy another name`;
        issues.push({ code: 'custom', path: [index, 'match'], input: item, message });
      }
    }
  },
  { when: () => true },
);

const reachedBy = (fieldsOf: (item: unknown) => GivenMatch | undefined) =>
  z.check<unknown[]>(
    ({ value, issues }) => {
      if (!Array.isArray(value)) return;
      const matches = value.map(fieldsOf);
      for (const [index, match] of matches.entries()) {
        const first = coveredBy(match, matches.slice(0, index));
        if (first < 0) continue;
        issues.push({ code: 'custom', path: [index], input: match, message: notReached(first) });
      }
    },
    { when: () => true },
  );

/** No policy, no owner, stands after one that leaves nothing for it. */
export const policiesReached = reachedBy(matchOf);
export const ownersReached = reachedBy(addressOf);
