import * as z from 'zod/mini';
import { credentialVariables, linkKeysVariables, metricsVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. */
export const environmentSchema = z.object({ ...metricsVariables, ...credentialVariables, ...linkKeysVariables });
export type Environment = z.output<typeof environmentSchema>;
