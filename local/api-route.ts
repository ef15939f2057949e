import type { HttpHandler, Route } from './http-front.ts';

/** The routes of the HTTP API as the stack makes them: everything but its own description is behind the authorizer. */
export const apiRoute = (
  path: string,
  handler: HttpHandler,
  authorize: NonNullable<Route['authorize']>,
): Route | undefined => {
  if (path === '/openapi.json') return { handler, functionName: 'http-api' };
  return /^\/(v1|api)(\/|$)/.test(path) ? { handler, functionName: 'http-api', authorize } : undefined;
};
