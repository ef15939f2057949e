import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { fault } from '../faults/fault.ts';
import type { EmulatorApp, EmulatorEnv } from '../server/app-types.ts';
import { issueLines } from '../server/issue-lines.ts';
import { loadAvailabilityTrace } from '../trace/load-availability-trace.ts';
import { loadUtilisationTrace } from '../trace/load-utilisation-trace.ts';
import type { EmulatorControl } from './control.ts';
import {
  notifyChange,
  offerWish,
  projectWish,
  replayWish,
  runtimeChange,
  runtimeWish,
  tokenWish,
  utilisationReplayWish,
} from './inputs.ts';

type Ask = {
  readonly control: EmulatorControl;
  readonly path: (name: string) => string;
  readonly body: unknown;
};
type Answer = (ask: Ask) => unknown;

const fileReplay = replayWish.extend({ path: z.string().min(1) });

const startReplay = async ({ control, body }: Ask) => {
  const { path, ...wish } = fileReplay.parse(body);
  const trace = await loadAvailabilityTrace(path);
  control.replay(trace, wish);
  return { offers: trace.offers.length, lengthSeconds: trace.lengthSeconds };
};

const utilisationFile = z.looseObject({ path: z.string().min(1) });

const startUtilisation = async ({ control, body }: Ask) => {
  const { path, ...wish } = utilisationFile.parse(body);
  const checked = utilisationReplayWish.parse(wish);
  const trace = await loadUtilisationTrace(path);
  return { runtimes: control.replayUtilisation(trace, checked), lengthSeconds: trace.lengthSeconds };
};

const advance = ({ control, body }: Ask) => {
  control.advanceClock(z.strictObject({ advanceSeconds: z.number() }).parse(body).advanceSeconds);
  return { now: control.now() };
};

const revoke = ({ control, body }: Ask) =>
  control.revokeToken(z.strictObject({ token: z.string() }).parse(body).token) || undefined;

/** The control surface over HTTP; needs no token. An answer of nothing at all is 404, an empty one is `{}`. */
export const CONTROL_ROUTES: readonly (readonly [method: string, path: string, answer: Answer])[] = [
  ['GET', '/_control', ({ control }) => ({ ...control.access(), now: control.now() })],
  ['GET', '/_control/offers', ({ control }) => control.offers()],
  ['PUT', '/_control/offers', ({ control, body }) => control.setOffer(offerWish.parse(body))],
  ['DELETE', '/_control/offers', ({ control }) => control.clearOffers() ?? {}],
  [
    'DELETE',
    '/_control/offers/:region/:configId',
    ({ control, path }) => control.removeOffer({ region: path('region'), configId: path('configId') }) || undefined,
  ],
  ['GET', '/_control/runtimes', ({ control }) => control.runtimes()],
  ['POST', '/_control/runtimes', ({ control, body }) => control.addRuntime(runtimeWish.parse(body))],
  [
    'PATCH',
    '/_control/runtimes/:id',
    ({ control, path, body }) => control.setRuntime(path('id'), runtimeChange.parse(body)),
  ],
  ['DELETE', '/_control/runtimes/:id', ({ control, path }) => control.removeRuntime(path('id')) || undefined],
  ['GET', '/_control/notify-requests', ({ control }) => control.notifyRequests()],
  [
    'PATCH',
    '/_control/notify-requests/:id',
    ({ control, path, body }) => control.setNotifyRequest(path('id'), notifyChange.parse(body)),
  ],
  [
    'DELETE',
    '/_control/notify-requests/:id',
    ({ control, path }) => control.removeNotifyRequest(path('id')) || undefined,
  ],
  ['POST', '/_control/tokens', ({ control, body }) => ({ token: control.issueToken(tokenWish.parse(body)) })],
  ['DELETE', '/_control/tokens', revoke],
  ['POST', '/_control/projects', ({ control, body }) => control.addProject(projectWish.parse(body)) ?? {}],
  ['GET', '/_control/faults', ({ control }) => control.faults()],
  ['POST', '/_control/faults', ({ control, body }) => control.addFault(fault.parse(body))],
  ['DELETE', '/_control/faults', ({ control }) => ({ cleared: control.clearFaults() })],
  ['DELETE', '/_control/faults/:id', ({ control, path }) => control.clearFaults(path('id')) || undefined],
  ['GET', '/_control/calls', ({ control }) => ({ calls: control.calls(), mostAtOnce: control.mostAtOnce() })],
  ['GET', '/_control/requests', ({ control }) => control.requests()],
  ['POST', '/_control/clock', advance],
  ['POST', '/_control/replay', startReplay],
  ['DELETE', '/_control/replay', ({ control }) => control.stopReplay() ?? {}],
  ['GET', '/_control/utilisation', ({ control }) => control.replayedRuntimes()],
  ['POST', '/_control/utilisation', startUtilisation],
  ['POST', '/_control/reset', ({ control }) => control.reset() ?? {}],
];

const readBody = async (c: Context<EmulatorEnv>): Promise<unknown> => {
  const text = await c.req.text();
  return text === '' ? {} : JSON.parse(text);
};

const refusal = (error: unknown): string | undefined => {
  if (error instanceof z.ZodError) return issueLines(error, 'body');
  if (error instanceof SyntaxError) return `body: ${error.message}`;
  return error instanceof Error && 'traceFault' in error ? error.message : undefined;
};

export const joinControl = (app: EmulatorApp, control: EmulatorControl) => {
  for (const [method, routePath, answer] of CONTROL_ROUTES) {
    app.on(method, routePath, async (c) => {
      const path = (name: string) => c.req.param(name) ?? '';
      try {
        const said = await answer({ control, path, body: await readBody(c) });
        return said === undefined ? c.json({ error: 'not_found' }, 404) : Response.json(said);
      } catch (error) {
        const details = refusal(error);
        if (details === undefined) throw error;
        return c.json({ error: 'bad_request', details }, 400);
      }
    });
  }
};
