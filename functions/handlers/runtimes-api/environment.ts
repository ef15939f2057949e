import * as z from 'zod/mini';
import { credentialVariables, metricsVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. */
export const environmentSchema = z.object({ ...tableVariables, ...metricsVariables, ...credentialVariables });
export type Environment = z.output<typeof environmentSchema>;
