import * as z from 'zod/mini';
import { Problem } from '#adapters/http/problem.ts';
import { iso, name, timeOrForever } from '#adapters/http/shapes/fields.ts';
import { runtimeBody, runtimeShape } from '#adapters/http/shapes/runtime-shape.ts';
import { endExemptionByApi, exemptByApi } from '#workflows/api-runtimes/exemptions.ts';
import { operation } from '../world.ts';
import { oneOf, oneRuntime, refuseUntil, runtimesTag } from './runtimes.ts';

const exemptionPath = '/v1/projects/{project_id}/runtimes/{runtime_id}/exemption';

const exempt = operation({
  id: 'exemptRuntime',
  method: 'put',
  path: exemptionPath,
  tag: runtimesTag,
  summary:
    'Exempt a runtime until a time, or forever: it is neither warned of nor deleted, as with an exemption of the policy. It stands in the daily mail',
  who: 'operator',
  params: oneRuntime,
  body: z.strictObject({ until: timeOrForever(), because: name('why, on one line of at most 200 characters') }),
  answers: { 200: { description: 'The runtime, which is exempt', schema: runtimeShape } },
  problems: ['not-found', 'conflict', 'not-acceptable', 'provider-failed'],
  run: async ({ path, body }, caller, world) => {
    const judged = await oneOf(path, caller, world);
    const until = body.until === 'forever' ? body.until : Date.parse(body.until);
    if (until !== 'forever' && until <= world.clock()) refuseUntil(`until is ${iso(until)}; it must lie ahead`);
    const { outcome } = await exemptByApi(world, judged, { until, because: body.because }, caller);
    if (outcome === 'too-late') throw new Problem('conflict', 'It is too late: its deletion has begun.');
    return { status: 200, body: runtimeBody(await oneOf(path, caller, world)) };
  },
});

const end = operation({
  id: 'endExemption',
  method: 'delete',
  path: exemptionPath,
  tag: runtimesTag,
  summary:
    'End an exemption that was made by the API: the runtime is judged like any other, and warned of anew before anything is done. One of the policy stays',
  who: 'operator',
  params: oneRuntime,
  answers: { 200: { description: 'The runtime, which the API exempts no more', schema: runtimeShape } },
  problems: ['not-found', 'provider-failed'],
  run: async ({ path }, caller, world) => {
    const { situation } = await oneOf(path, caller, world);
    await endExemptionByApi(world, situation.runtime, caller);
    return { status: 200, body: runtimeBody(await oneOf(path, caller, world)) };
  },
});

export const exemptions = [exempt, end];
