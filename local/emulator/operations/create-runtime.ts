import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { hardwareOf, isRegion } from '../state/known-configs.ts';
import { shownOffer } from '../state/offers.ts';
import { plansFor } from '../state/plans.ts';
import { projectRuntimes, startTimes } from '../state/runtimes.ts';
import { offerKey, type Runtime, type State, type TemplateSpec, type View, withEntry } from '../state/state.ts';
import type { World } from '../state/world.ts';
import { badRequest, CONFLICTS, conflict, PROJECT_REFUSALS } from '../wire/errors.ts';
import { type NewRuntimeBody, newRuntimeBody } from '../wire/new-runtime-body.ts';
import { checkProject, projectPath } from '../wire/project-path.ts';
import { runtimeDetail, toRuntimeDetail } from '../wire/runtime-body.ts';
import { templatesFor } from '../wire/template-body.ts';

const route = createRoute({
  method: 'post',
  path: '/gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes',
  operationId: 'createRuntime',
  summary: 'Create a runtime, which takes GPUs and bills from Running on',
  tags: ['runtimes'],
  security: [{ bearer: [] }],
  request: {
    params: projectPath,
    body: { required: true, content: { 'application/json': { schema: newRuntimeBody } } },
  },
  responses: {
    201: { description: 'The runtime, Pending', content: { 'application/json': { schema: runtimeDetail } } },
    ...PROJECT_REFUSALS,
    ...CONFLICTS,
  },
});

const specOf = (state: State, organisation: string, body: NewRuntimeBody): TemplateSpec => {
  if (body.templateSpec) return body.templateSpec;
  const template = templatesFor(state, organisation).find((each) => each.id === body.templateID);
  if (!template) throw badRequest(`templateID: there is no template "${body.templateID}"`);
  return template.templateSpec;
};

const checkConfig = (state: State, body: NewRuntimeBody) => {
  if (!isRegion(state, body.region)) throw badRequest(`region: there is no region "${body.region}"`);
  if (!hardwareOf(state, body.gpuConfigID)) throw badRequest(`gpuConfigID: there is no config "${body.gpuConfigID}"`);
  const plans = plansFor(body.gpuConfigID);
  if (!plans.includes(body.planId)) throw badRequest(`planId: must be one of ${plans.join(', ')}`);
};

/** Too few GPUs free, or free but on several machines, is a conflict: decision D15 in docs/emulator.md. */
const checkCapacity = (view: View, { region, gpuConfigID, gpuCount }: NewRuntimeBody) => {
  const offer = view.state.offers.get(offerKey(region, gpuConfigID));
  const shown = offer && shownOffer(view, offer);
  if (!shown) throw conflict(`gpuConfigID: "${gpuConfigID}" is not offered in "${region}"`);
  if (shown.offer.countsMissing) return;
  if (gpuCount > shown.available) throw conflict(`gpuCount: ${gpuCount} wanted, ${shown.available} available`);
  if (shown.largestBlock > 0 && gpuCount > shown.largestBlock) {
    throw conflict(`gpuCount: ${gpuCount} wanted, ${shown.largestBlock} free on one machine`);
  }
};

type Place = { readonly organisation: string; readonly project: string };

const newRuntime = (world: World, place: Place, body: NewRuntimeBody, spec: TemplateSpec): Runtime => ({
  ...place,
  ...startTimes(world.chance, world.now()),
  id: world.chance.uuid(),
  name: body.name,
  region: body.region,
  configId: body.gpuConfigID,
  gpuCount: body.gpuCount,
  planId: body.planId,
  ...(body.templateID === undefined ? {} : { templateId: body.templateID }),
  templateSpec: spec,
  storage: body.storage,
  sshKeys: body.sshKeys,
  updatedAt: world.now(),
  message: '',
  metrics: { kind: 'busy' },
  metricsSetAt: world.now(),
  conduct: {},
});

export const createRuntime: Operation = {
  id: 'createRuntime',
  service: 'gpu',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const path = c.req.valid('param');
      const body = c.req.valid('json');
      checkProject(world, c.var.caller, path);
      const place = { organisation: path.org_id, project: path.project_id };
      const view = world.view();
      checkConfig(view.state, body);
      const names = projectRuntimes(view, place.organisation, place.project).map((each) => each.name);
      if (names.includes(body.name)) throw conflict(`name: a runtime called "${body.name}" exists in the project`);
      const spec = specOf(view.state, place.organisation, body);
      checkCapacity(view, body);
      const runtime = newRuntime(world, place, body, spec);
      world.change((state) => ({ ...state, runtimes: withEntry(state.runtimes, runtime.id, runtime) }));
      return c.json(toRuntimeDetail(runtime, view.now), 201);
    }),
};
