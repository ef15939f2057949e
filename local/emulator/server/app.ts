import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { EmulatorControl } from '../control/control.ts';
import { joinControl } from '../control/control-routes.ts';
import { ROUTE_TABLE } from '../operations/route-table.ts';
import { createChance } from '../state/chance.ts';
import type { World } from '../state/world.ts';
import { codeOf, errorBody, ProviderError, type Service } from '../wire/errors.ts';
import type { EmulatorApp, EmulatorEnv } from './app-types.ts';
import { stampHeaders } from './broken-answers.ts';
import { faultGate, journalGate, tokenGate } from './gate.ts';
import { issueLines } from './issue-lines.ts';
import { openApiDocument } from './openapi.ts';

const serviceOf = (path: string): Service => {
  if (path.startsWith('/tenant/')) return 'tenant';
  return path.startsWith('/inventory/') ? 'inventory' : 'gpu';
};

/** Every answer, good or bad, carries its id and the time by the emulator's clock. */
const stampAnswers = (app: EmulatorApp, world: World) => {
  const ids = createChance(`${world.seed}/request-ids`);
  app.use(async (c, next) => {
    c.set('requestId', ids.uuid());
    c.set('answeredAt', world.now);
    await next();
    for (const [name, value] of Object.entries(stampHeaders(c))) c.res.headers.set(name, value);
  });
};

const answerErrors = (app: EmulatorApp) => {
  app.notFound((c) => {
    const { method, path } = c.req;
    return c.json(errorBody(serviceOf(path), 'not_found', `there is no ${method} ${path}`), 404);
  });
  app.onError((error, c) => {
    const service = serviceOf(c.req.path);
    if (error instanceof ProviderError) return c.json(errorBody(service, error.code, error.message), error.status);
    if (error instanceof HTTPException)
      return c.json(errorBody(service, codeOf(error.status), error.message), error.status);
    // A fault of the emulator itself: say so plainly, for whoever is debugging against it.
    return c.json(errorBody(service, 'emulator_fault', String(error)), 500);
  });
};

export const createApp = (world: World, control: EmulatorControl): EmulatorApp => {
  const app: EmulatorApp = new OpenAPIHono<EmulatorEnv>({
    defaultHook: (result, c) => {
      if (result.success) return undefined;
      return c.json(errorBody(serviceOf(c.req.path), 'bad_request', issueLines(result.error, result.target)), 400);
    },
  });
  stampAnswers(app, world);
  answerErrors(app);
  for (const operation of ROUTE_TABLE) {
    const gates = [journalGate(operation, world), faultGate(operation, world)];
    if (operation.service !== 'tenant') gates.push(tokenGate(world));
    app.on([operation.route.method.toUpperCase()], [operation.route.getRoutingPath()], ...gates);
    operation.join(app, world);
  }
  app.get('/openapi.json', (c) => c.json(openApiDocument(app, new URL(c.req.url).origin)));
  joinControl(app, control);
  return app;
};
