import { z } from '@hono/zod-openapi';
import type { Caller } from '../state/accounts.ts';
import { runtimeIn } from '../state/runtimes.ts';
import type { View } from '../state/state.ts';
import type { World } from '../state/world.ts';
import { forbidden, notFound } from './errors.ts';

export const projectPath = z.object({ org_id: z.string(), project_id: z.string() });
export const runtimePath = projectPath.extend({ airuntime_id: z.uuid() });

/** Another organisation is 403, an unknown project 404: decision D9 in docs/emulator.md. */
export const checkProject = (world: World, caller: Caller, path: z.output<typeof projectPath>) => {
  if (path.org_id !== caller.organisation)
    throw forbidden(`the token does not belong to organisation "${path.org_id}"`);
  if (!world.accounts.hasProject(path.org_id, path.project_id)) {
    throw notFound(`project_id: there is no project "${path.project_id}"`);
  }
};

/** The runtime that a path names, for somebody who may ask for it. */
export const runtimeAt = (world: World, caller: Caller, view: View, path: z.output<typeof runtimePath>) => {
  checkProject(world, caller, path);
  const runtime = runtimeIn(view, path.org_id, path.project_id, path.airuntime_id);
  if (!runtime) throw notFound(`airuntime_id: there is no runtime "${path.airuntime_id}"`);
  return runtime;
};
