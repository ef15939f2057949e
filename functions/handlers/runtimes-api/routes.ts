/** What the gateway hands to the part of the API that asks the provider; each needs a token. */
export const runtimesRoutes = [
  '/v1/runtimes',
  '/v1/runtimes/{proxy+}',
  '/v1/projects/{proxy+}',
  '/v1/plan',
  '/v1/price',
  '/v1/templates',
  '/v1/templates/{proxy+}',
] as const;
