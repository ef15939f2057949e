import { openApiOf } from '#adapters/http/openapi.ts';
import { operations as runtimesOperations } from '#handlers/runtimes-api/operations/index.ts';
import { operations } from './operations/index.ts';

/** The OpenAPI document of the whole API, whichever function answers. */
export const documentFor = (serverUrl: string) => openApiOf([...operations, ...runtimesOperations], serverUrl);
