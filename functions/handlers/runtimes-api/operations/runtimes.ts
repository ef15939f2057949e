import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { pageAfter, pageOf, paging } from '#adapters/http/cursor.ts';
import { Problem } from '#adapters/http/problem.ts';
import { id, iso, time } from '#adapters/http/shapes/fields.ts';
import { planBody, planShape, runtimeBody, runtimeShape } from '#adapters/http/shapes/runtime-shape.ts';
import { durationInWords } from '#domain/duration.ts';
import { forecastOf } from '#domain/guardrails/forecast.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import { day } from '#domain/time.ts';
import { keepByApi, releaseByApi, seeFleet } from '#workflows/api-runtimes/runtimes.ts';
import { isTheirRuntime, operation, type RuntimesApiWorld } from '../world.ts';

export const runtimesTag = 'Runtimes: what runs, how idle it is, and what becomes of it';
const projectId = id('a project of the settings, such as prj-1');
export const oneRuntime = z.strictObject({ project_id: projectId, runtime_id: id('the id of a runtime') });
const longestKeep = 366 * day;

/** The projects that are looked after, or the one that is asked for. */
const projectsFor = ({ projects }: RuntimesApiWorld, wanted: string | undefined): readonly string[] =>
  wanted === undefined ? projects : projects.filter((project) => project === wanted);

const theirs = async (caller: Caller, world: RuntimesApiWorld, project: string | undefined) => {
  const seen = await seeFleet(world, projectsFor(world, project));
  return { ...seen, judged: seen.judged.filter((judged) => isTheirRuntime(caller, judged)) };
};

const inProject = z.strictObject({ project_id: z.exactOptional(projectId) });
const incomplete = z.array(z.string());

const list = operation({
  id: 'listRuntimes',
  method: 'get',
  path: '/v1/runtimes',
  tag: runtimesTag,
  summary: 'Your runtimes with their idle time and verdict; for an operator all',
  who: 'person',
  query: z.extend(inProject, paging),
  answers: {
    200: {
      description: 'Runtimes as the provider lists them now. `incomplete_projects`: not every page of their list came',
      schema: z.extend(pageOf(runtimeShape), { incomplete_projects: incomplete }),
    },
  },
  problems: ['not-acceptable', 'provider-failed'],
  run: async ({ query }, caller, world) => {
    const seen = await theirs(caller, world, query.project_id);
    const sorted = seen.judged.toSorted((a, b) => (a.key < b.key ? 1 : -1));
    const { rows, next } = pageAfter(sorted, ({ key }) => key, query);
    return {
      status: 200,
      body: { data: rows.map(runtimeBody), next_cursor: next, incomplete_projects: seen.incomplete },
    };
  },
});

/** One runtime; for whom it is not theirs it is not there. */
export const oneOf = async (
  { project_id: project, runtime_id: runtimeId }: z.output<typeof oneRuntime>,
  caller: Caller,
  world: RuntimesApiWorld,
): Promise<Judged> => {
  const { judged } = await theirs(caller, world, project);
  const found = judged.find(({ situation: { runtime } }) => runtime.id === runtimeId);
  if (found === undefined) throw new Problem('not-found', 'There is no such runtime.');
  return found;
};

const read = operation({
  id: 'readRuntime',
  method: 'get',
  path: '/v1/projects/{project_id}/runtimes/{runtime_id}',
  tag: runtimesTag,
  summary: 'One runtime with its idle time and verdict',
  who: 'person',
  params: oneRuntime,
  answers: { 200: { description: 'The runtime', schema: runtimeShape } },
  problems: ['not-found', 'provider-failed'],
  run: async ({ path }, caller, world) => ({ status: 200, body: runtimeBody(await oneOf(path, caller, world)) }),
});

/** Refuses the time until which something is to hold. */
export const refuseUntil = (detail: string): never => {
  throw new Problem('not-acceptable', `${detail}.`, { faults: [{ in: 'body', pointer: '/until', detail }] });
};

/** How long somebody may keep it: an owner as long as a link could, an operator for any time. */
const checkUntil = (until: number, { operator }: Caller, { situation: { policy, now } }: Judged): void => {
  const longest = operator ? longestKeep : policy.keepAtMost;
  if (until <= now) refuseUntil(`until is ${iso(until)}; it must lie ahead`);
  if (until <= now + longest) return;
  const who = operator ? 'nobody may keep a runtime' : `policy ${policy.name} lets its owner keep it`;
  refuseUntil(`until is ${iso(until)}; ${who} for more than ${durationInWords(longest)}, until ${iso(now + longest)}`);
};

const keep = operation({
  id: 'keepRuntime',
  method: 'put',
  path: '/v1/projects/{project_id}/runtimes/{runtime_id}/keep',
  tag: runtimesTag,
  summary:
    'Keep a runtime until a time: it is neither warned of nor deleted. Its owner as long as its policy allows, an operator up to 366 days',
  who: 'person',
  params: oneRuntime,
  body: z.strictObject({ until: time() }),
  answers: { 200: { description: 'The runtime, which is kept', schema: runtimeShape } },
  problems: ['not-found', 'conflict', 'not-acceptable', 'provider-failed'],
  run: async ({ path, body }, caller, world) => {
    const judged = await oneOf(path, caller, world);
    const until = Date.parse(body.until);
    checkUntil(until, caller, judged);
    const kept = await keepByApi(world, judged, until, caller);
    if (kept.outcome === 'too-late') throw new Problem('conflict', 'It is too late: its deletion has begun.');
    return { status: 200, body: runtimeBody(await oneOf(path, caller, world)) };
  },
});

const free = operation({
  id: 'releaseRuntime',
  method: 'delete',
  path: '/v1/projects/{project_id}/runtimes/{runtime_id}/keep',
  tag: runtimesTag,
  summary: 'Keep a runtime no longer: it is judged like any other, and warned of anew before anything is done',
  who: 'person',
  params: oneRuntime,
  answers: { 200: { description: 'The runtime, which is not kept', schema: runtimeShape } },
  problems: ['not-found', 'provider-failed'],
  run: async ({ path }, caller, world) => {
    const { situation } = await oneOf(path, caller, world);
    await releaseByApi(world, situation.runtime, caller);
    return { status: 200, body: runtimeBody(await oneOf(path, caller, world)) };
  },
});

const plan = operation({
  id: 'readPlan',
  method: 'get',
  path: '/v1/plan',
  tag: runtimesTag,
  summary: 'What becomes of your runtimes, and when, if nothing changes; of one in use: were it idle from now on',
  who: 'person',
  query: inProject,
  answers: {
    200: {
      description: 'The first deletion first; what stays comes last, with the reason',
      schema: z.object({ data: z.array(planShape), incomplete_projects: incomplete }),
    },
  },
  problems: ['provider-failed'],
  run: async ({ query }, caller, world) => {
    const { judged, fleet, incomplete: left } = await theirs(caller, world, query.project_id);
    const rows = judged.map((each) => planBody(each, forecastOf(fleet, each)));
    const last = '~';
    rows.sort((a, b) => ((a.delete_at ?? last) < (b.delete_at ?? last) ? -1 : 1));
    return { status: 200, body: { data: rows, incomplete_projects: left } };
  },
});

export const runtimes = [list, read, keep, free, plan];
