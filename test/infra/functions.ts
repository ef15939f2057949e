import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { resourcesOf, type Template } from './stage.ts';

export const handlersFolder = join(import.meta.dirname, '../../functions/handlers');

/** All handlers that there are. */
export const handlerFolders: readonly string[] = readdirSync(handlersFolder, { withFileTypes: true }).flatMap(
  (entry) => (entry.isDirectory() ? entry.name : []),
);

const lambda = z.looseObject({
  Runtime: z.string(),
  Architectures: z._default(z.array(z.string()), ['x86_64']),
  Handler: z.string(),
  Timeout: z.number(),
  Role: z.string(),
  Environment: z._default(z.object({ Variables: z.record(z.string(), z.string()) }), { Variables: {} }),
  LoggingConfig: z.optional(z.looseObject({ LogGroup: z.optional(z.string()) })),
});

export const functionsOf = (template: Template) => resourcesOf(template, 'AWS::Lambda::Function', lambda);

/** Whether a name or an ARN, as an account has it, is of the resource with this id. */
export const isOf =
  (id: string) =>
  (nameOrArn: string): boolean =>
    nameOrArn.endsWith(`-${id}`);

/** The handler's folder of a function, as the outputs say it; empty where they do not. */
export const handlerOf = ({ Outputs }: Template, id: string): string =>
  String(Outputs.FunctionNames?.Value)
    .split(',')
    .map((pair) => pair.split('='))
    .find(([, name = '']) => isOf(id)(name))?.[0] ?? '';
