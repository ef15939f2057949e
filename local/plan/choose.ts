import { nameWords } from '#adapters/look/one-line.ts';
import { fits } from '#domain/guardrails/policy.ts';
import type { Runtime } from '#domain/runtime.ts';
import { PlanError } from './plan-error.ts';

const mostListed = 20;

const listOf = (runtimes: readonly Runtime[]): string => {
  const lines = runtimes
    .slice(0, mostListed)
    .map(({ name, id, project }) => `  ${nameWords(name)}  ${nameWords(id)}  ${nameWords(project)}`);
  const more = runtimes.length - mostListed;
  return [...lines, ...(more > 0 ? [`  … and ${more} more`] : [])].join('\n');
};

/**
 * The one runtime that somebody means: by its id, its whole name, a pattern with `*`, or a part of the name.
 *
 * @throws PlanError that lists what there is, where it is none or several
 */
export const chooseRuntime =
  (wanted: string) =>
  (runtimes: readonly Runtime[]): readonly [Runtime] => {
    const text = wanted.trim().toLowerCase();
    const ways: readonly ((runtime: Runtime) => boolean)[] = [
      ({ id }) => id.toLowerCase() === text,
      ({ name }) => name.toLowerCase() === text,
      ({ name }) => fits(text, name),
      ({ name, id }) => text !== '' && (name.toLowerCase().includes(text) || id.toLowerCase().startsWith(text)),
    ];
    const found = ways.map((way) => runtimes.filter(way)).find((some) => some.length > 0) ?? [];
    const [only] = found;
    if (only !== undefined && found.length === 1) return [only];
    if (only !== undefined) {
      throw new PlanError(`${found.length} runtimes fit ${JSON.stringify(wanted)}; give an id:\n${listOf(found)}`);
    }
    const those = runtimes.length === 0 ? 'No runtime is listed.' : `These are listed:\n${listOf(runtimes)}`;
    throw new PlanError(`No runtime has the id or the name ${JSON.stringify(wanted)}. ${those}`);
  };
