import * as z from 'zod/mini';
import { squashed } from '#domain/watch.ts';
import { described, positiveNumber, text } from './field.ts';

const mostStars = 4;
const patternWords = `a name pattern: \`*\` for any characters (at most ${mostStars} times), \`?\` for one`;

const hasFewStars = (pattern: string) => pattern.split('*').length <= mostStars + 1;

/** A name pattern. Braces are refused: `{owner}` means something for owners alone. */
const namePattern = () =>
  text(patternWords).check(
    z.maxLength(100),
    z.refine((pattern) => hasFewStars(pattern) && !/[{}]/.test(pattern), {
      error: `${patternWords}; {owner} is for owners alone`,
    }),
  );

/** A name pattern in which `{owner}` may stand once. */
const ownerPattern = () => {
  const error = `${patternWords}, {owner} at most once for the owner`;
  const isOwnerPattern = (pattern: string) => hasFewStars(pattern) && !/[{}]/.test(pattern.replace('{owner}', ''));
  return text(error).check(z.maxLength(100), z.refine(isOwnerPattern, { error }));
};

const project = () =>
  described(
    'Project id, one of `provider.projects`. Missing: any project.',
    z.exactOptional(text('a project id, prj-…')),
  );

const id = () => described('Id of one runtime. Missing: any.', z.exactOptional(text('the id of a runtime')));

/** How exemptions say which runtimes they are about. */
export const addressFields = () => ({
  project: project(),
  id: id(),
  name: described(
    "Pattern for the runtime's name: `*` stands for any characters, `?` for one; case does not matter. Missing: any name.",
    z.exactOptional(namePattern()),
  ),
});

/** How owners say which runtimes are theirs. */
export const ownerFields = () => ({
  project: project(),
  id: id(),
  name: described(
    "Pattern for the runtime's name: `*` stands for any characters, `?` for one, `{owner}` for the owner (letters, digits, `.`, `_` and `+`). Missing: any name.",
    z.exactOptional(ownerPattern()),
  ),
});

const priceRange = z.object({ minPricePerGpuHour: z.number(), maxPricePerGpuHour: z.number() });

const pricesInOrder = z.check<unknown>(
  ({ value, issues }) => {
    const range = z.safeParse(priceRange, value).data;
    if (range === undefined || range.minPricePerGpuHour <= range.maxPricePerGpuHour) return;
    const message = `at most maxPricePerGpuHour (${range.maxPricePerGpuHour})`;
    issues.push({ code: 'custom', path: ['minPricePerGpuHour'], input: range.minPricePerGpuHour, message });
  },
  { when: () => true },
);

/** Which runtimes a policy is for. */
export const policyMatch = () =>
  z
    .strictObject({
      ...addressFields(),
      model: described(
        'GPU model: whole words of its name in the inventory, such as `H100`. Missing: any model, also an unknown one.',
        z.exactOptional(text('a GPU model, such as H100')),
      ),
      minPricePerGpuHour: described(
        'Lowest price, in USD for one GPU for one hour. A price that is not known fits no limit.',
        z.exactOptional(positiveNumber()),
      ),
      maxPricePerGpuHour: described(
        'Highest price, in USD for one GPU for one hour. A price that is not known fits no limit.',
        z.exactOptional(positiveNumber()),
      ),
    })
    .check(pricesInOrder);

/** What a rule may say of the runtimes that it is for. */
export type GivenMatch = {
  readonly project?: string;
  readonly id?: string;
  readonly name?: string;
  readonly model?: string;
  readonly minPricePerGpuHour?: number;
  readonly maxPricePerGpuHour?: number;
};

const coversPrice = (one: GivenMatch, other: GivenMatch): boolean => {
  if (one.minPricePerGpuHour === undefined && one.maxPricePerGpuHour === undefined) return true;
  if (other.minPricePerGpuHour === undefined && other.maxPricePerGpuHour === undefined) return false;
  const { minPricePerGpuHour: least = 0, maxPricePerGpuHour: most = Number.POSITIVE_INFINITY } = one;
  const { minPricePerGpuHour: otherLeast = 0, maxPricePerGpuHour: otherMost = Number.POSITIVE_INFINITY } = other;
  return least <= otherLeast && otherMost <= most;
};

/** Whether one match surely fits everything that another fits. Of two different name patterns nothing is sure. */
export const covers = (one: GivenMatch, other: GivenMatch): boolean =>
  (one.project === undefined || one.project === other.project) &&
  (one.id === undefined || one.id.toLowerCase() === other.id?.toLowerCase()) &&
  (one.name === undefined || /^\*+$/.test(one.name) || one.name.toLowerCase() === other.name?.toLowerCase()) &&
  (one.model === undefined || (other.model !== undefined && squashed(one.model) === squashed(other.model))) &&
  coversPrice(one, other);
