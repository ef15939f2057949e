import * as z from 'zod/mini';
import { credentialVariables, metricsVariables, queueVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. */
export const environmentSchema = z.object({
  ...tableVariables,
  ...metricsVariables,
  ...queueVariables,
  ...credentialVariables,
});
export type Environment = z.output<typeof environmentSchema>;
