import * as z from 'zod/mini';
import { metricsVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. */
export const environmentSchema = z.object({ ...tableVariables, ...metricsVariables });
export type Environment = z.output<typeof environmentSchema>;
