import * as z from 'zod/mini';
import { credentialVariables, linkVariables, metricsVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. The credential is for making a deleted runtime again. */
export const environmentSchema = z.object({
  ...tableVariables,
  ...metricsVariables,
  ...linkVariables,
  ...credentialVariables,
});
export type Environment = z.output<typeof environmentSchema>;
