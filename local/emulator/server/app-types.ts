import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { Strike } from '../faults/fault-list.ts';
import type { OperationId } from '../operation-ids.ts';
import type { Caller } from '../state/accounts.ts';
import type { View } from '../state/state.ts';
import type { World } from '../state/world.ts';
import type { Service } from '../wire/errors.ts';

export type EmulatorEnv = {
  /** Nothing where no network is between: see `connection.ts`. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** The emulator's time, for the Date header. */
    answeredAt: () => number;
    /** The faults that strike this request. */
    strike: Strike;
    /** The state to answer from: now, or older under the fault `staleData`. */
    view: View;
    /** Set on every operation that needs a token. */
    caller: Caller;
  };
};

export type EmulatorApp = OpenAPIHono<EmulatorEnv>;

/** One operation of the provider: its route (which is its schema too) and how it joins the app. */
export type Operation = {
  readonly id: OperationId;
  readonly service: Service;
  /** `paged` has page and limit, `list` is a bare array. */
  readonly answers: 'one' | 'list' | 'paged';
  readonly route: RouteConfig & { getRoutingPath(): string };
  readonly join: (app: EmulatorApp, world: World) => unknown;
};
