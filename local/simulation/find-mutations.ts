import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import pLimit from 'p-limit';
import { textTable } from '#local/text-table.ts';
import { type Mutation, mutations } from './mutations.ts';

/** What became of a mutation: which promises noticed it, and the how manyeth history was the first; or that none did. */
export type Found = { readonly mutation: Mutation; readonly histories: number; readonly promises: readonly string[] };

const file = (name: string): string => new URL(name, import.meta.url).pathname;

/** Runs the simulator over a product with one mistake in it, in a process of its own. */
export const findMutation = async (index: number, mostHistories: number, seed = 1): Promise<Found> => {
  const mutation = mutations[index];
  if (mutation === undefined) throw new RangeError(`There is no mutation ${index}.`);
  const options = [
    '--histories',
    `${mostHistories}`,
    '--seed',
    `${seed}`,
    '--workers',
    '1',
    '--until-broken',
    '--json',
  ];
  const child = spawn(process.execPath, ['--import', file('./mutate.ts'), file('./simulate.ts'), ...options], {
    env: { ...process.env, WARDEN_MUTATION: String(index) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { failing } = JSON.parse(await text(child.stdout));
  const [first] = failing;
  return { mutation, histories: first === undefined ? 0 : first.index + 1, promises: first?.promises ?? [] };
};

/** Looks for all of them, as many at once as there are cores. */
const main = async (): Promise<void> => {
  const mostHistories = Number(process.argv[2] ?? 3000);
  const found = await pLimit(availableParallelism()).map([...mutations.keys()], async (index) => {
    const one = await findMutation(index, mostHistories);
    const words = one.histories === 0 ? 'NOT FOUND' : `found by history ${one.histories}`;
    process.stderr.write(`${one.mutation.name}: ${words}\n`);
    return one;
  });
  const rows = found.map(({ mutation, histories, promises }) => [
    mutation.name,
    histories === 0 ? 'not found' : String(histories),
    promises[0] ?? '',
  ]);
  console.log(`\n${textTable(['mistake', 'histories', 'noticed by'], rows)}`);
  const missed = found.filter(({ histories }) => histories === 0);
  console.log(`\n${found.length - missed.length} of ${found.length} were found, in ${mostHistories} histories at most`);
  if (missed.length > 0) process.exitCode = 1;
};

if (import.meta.main) await main();
