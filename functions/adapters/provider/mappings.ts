import * as z from 'zod/mini';

export const mappingSettings = z.strictObject({});
