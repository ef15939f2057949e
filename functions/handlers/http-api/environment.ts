import * as z from 'zod/mini';
import { deadLetterVariables, metricsVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. */
export const environmentSchema = z.object({ ...tableVariables, ...metricsVariables, ...deadLetterVariables });
export type Environment = z.output<typeof environmentSchema>;
