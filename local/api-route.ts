import { runtimesRoutes } from '#handlers/runtimes-api/routes.ts';
import type { HttpHandler, Route } from './http-front.ts';

export type ApiHandlers = { readonly httpApi: HttpHandler; readonly runtimesApi: HttpHandler };

const asksProvider = (path: string): boolean =>
  runtimesRoutes.some((route) =>
    route.endsWith('/{proxy+}') ? path.startsWith(route.slice(0, -'{proxy+}'.length)) : path === route,
  );

/** The routes of the HTTP API as the stack makes them: everything but its own description is behind the authorizer. */
export const apiRoute = (
  path: string,
  { httpApi, runtimesApi }: ApiHandlers,
  authorize: NonNullable<Route['authorize']>,
): Route | undefined => {
  if (path === '/openapi.json') return { handler: httpApi, functionName: 'http-api' };
  if (asksProvider(path)) return { handler: runtimesApi, functionName: 'runtimes-api', authorize };
  return /^\/(v1|api)(\/|$)/.test(path) ? { handler: httpApi, functionName: 'http-api', authorize } : undefined;
};
