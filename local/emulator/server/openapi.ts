import type { EmulatorApp } from './app-types.ts';

/** The OpenAPI 3.1 document, made from the very schemas that requests are checked with. */
export const openApiDocument = (app: EmulatorApp, origin: string) => {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'GPU cloud provider (emulated)',
      version: 'v1beta1',
      description: 'What is not known of the real service and was decided here stands in docs/emulator.md.',
    },
    servers: [{ url: origin }],
    tags: ['inventory', 'runtimes', 'templates', 'tenant'].map((name) => ({ name })),
  });
  const bearer = { type: 'http' as const, scheme: 'bearer' };
  return { ...document, components: { ...document.components, securitySchemes: { bearer } } };
};
