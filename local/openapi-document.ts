import * as z from 'zod/mini';
import { type Described, longestHeader } from '#adapters/http/operation.ts';
import { type ProblemCode, problemCodes, statusOf } from '#adapters/http/problem.ts';
import { operations } from '#handlers/http-api/operations/index.ts';
import { operations as runtimesOperations } from '#handlers/runtimes-api/operations/index.ts';

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(problemCodes),
  message: z.string(),
  errors: z.optional(z.array(z.object({ in: z.string(), pointer: z.string(), detail: z.string() }))),
});

const gatewaySchema = z.object({ message: z.nullable(z.string()) });

const json = (schema: unknown) => ({ 'application/json': { schema } });
const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const gatewayContent = json({ $ref: '#/components/schemas/GatewayMessage' });

/** A schema as JSON Schema says what it takes, or what it gives. */
const jsonSchemaOf = (schema: z.ZodMiniType, io: 'input' | 'output'): Record<string, unknown> => {
  const { $schema: _, ...schemaAlone } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return schemaAlone;
};

const parametersOf = (where: 'path' | 'query', schema: z.ZodMiniObject | undefined) => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
};

const headersOf = ({ headers = {}, requiredHeaders = [] }: Described) =>
  Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: requiredHeaders.includes(name),
    description,
    schema: { type: 'string', minLength: 1, maxLength: longestHeader },
  }));

/** Every operation may answer these. */
const usualProblems = ({ who, body }: Pick<Described, 'who' | 'body'>): readonly ProblemCode[] => [
  'malformed-request',
  ...(who === 'anyone' ? [] : (['not-signed-in'] as const)),
  ...(who === 'operator' ? (['not-allowed'] as const) : []),
  ...(body === undefined ? [] : (['too-large', 'unsupported-media-type'] as const)),
];

const responsesOf = (operation: Described) => {
  const { answers, problems } = operation;
  const statuses = Map.groupBy(new Set([...usualProblems(operation), ...problems]), statusOf);
  return {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, { description, schema, headers }]) => [
        status,
        {
          description,
          ...(headers === undefined
            ? {}
            : {
                headers: Object.fromEntries(
                  Object.entries(headers).map(([name, words]) => [
                    name,
                    { description: words, required: true, schema: { type: 'string' } },
                  ]),
                ),
              }),
          ...(schema === undefined ? {} : { content: json(jsonSchemaOf(schema, 'output')) }),
        },
      ]),
    ),
    ...Object.fromEntries(
      [...statuses].map(([status, codes]) => [
        status,
        {
          description: codes.join(', '),
          content: status === 401 ? { ...gatewayContent, ...problemContent } : problemContent,
        },
      ]),
    ),
    429: { description: 'The gateway throttles', content: gatewayContent },
  };
};

const pathItemOf = (operation: Described) => ({
  operationId: operation.id,
  summary: operation.summary,
  tags: [operation.tag],
  security: operation.who === 'anyone' ? [] : [{ token: [] }],
  parameters: [
    ...parametersOf('path', operation.params),
    ...parametersOf('query', operation.query),
    ...headersOf(operation),
  ],
  ...(operation.body === undefined
    ? {}
    : { requestBody: { required: true, content: json(jsonSchemaOf(operation.body, 'input')) } }),
  responses: responsesOf(operation),
});

const description = `What GPU Warden knows, and what people may ask of it. Send the ID token of the issuer that the settings name:
\`Authorization: Bearer <JWT>\`. Times are ISO 8601 in UTC, money is USD, memory is GiB.`;

/** Where the document lies, from the top of the repository. */
export const openApiPath = 'functions/handlers/http-api/openapi.json';

/** The OpenAPI 3.1 document of the whole API, whichever function answers, without the address that it is served at. */
export const openApiDocument = () => {
  const paths = Map.groupBy<string, Described>([...operations, ...runtimesOperations], ({ path }) => path);
  return {
    openapi: '3.1.0',
    info: { title: 'GPU Warden', version: '1', description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: Object.fromEntries(
      [...paths].map(([path, group]) => [
        path,
        Object.fromEntries(group.map((operation) => [operation.method, pathItemOf(operation)])),
      ]),
    ),
    components: {
      schemas: {
        Problem: jsonSchemaOf(problemSchema, 'output'),
        GatewayMessage: jsonSchemaOf(gatewaySchema, 'output'),
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
};
