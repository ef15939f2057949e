import { join } from 'node:path';
import type * as z from 'zod/mini';
import { functionsOf, handlerFolders, handlerOf, handlersFolder } from './functions.ts';
import { having, holds } from './rule.ts';

const schemas: ReadonlyMap<string, readonly string[]> = new Map(
  await Promise.all(
    handlerFolders.map(async (name): Promise<[string, string[]]> => {
      const { environmentSchema }: { environmentSchema: z.ZodMiniObject } = await import(
        join(handlersFolder, name, 'environment.ts')
      );
      return [name, Object.keys(environmentSchema.shape)];
    }),
  ),
);

/** Lambda takes 4 KB of names and values; half of it is left for names that are longer than ours here. */
const mostBytes = 2_048;
const bytesOf = (variables: Readonly<Record<string, string>>) =>
  Object.entries(variables).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);

holds('every function is given exactly the variables that its handler declares, and they are small', {
  faultsIn: (template) =>
    functionsOf(template).flatMap(({ id, is: { Environment } }) => {
      const declared = schemas.get(handlerOf(template, id)) ?? [];
      const given = Object.keys(Environment.Variables);
      return [
        ...declared.flatMap((name) => (given.includes(name) ? [] : [`${id} is not given ${name}`])),
        ...given.flatMap((name) => (declared.includes(name) ? [] : [`${id} does not read ${name}`])),
        ...(bytesOf(Environment.Variables) > mostBytes ? [`${id} is given too much`] : []),
      ];
    }),
  brokenBy: [
    having('SendNoticeFunction', 'Environment.Variables.LINKS_URL', undefined),
    having('PagesFunction', 'Environment.Variables.STAGE', 'prod'),
    having('PagesFunction', 'Environment.Variables.TABLE_NAME', 'x'.repeat(mostBytes)),
  ],
});
