import * as z from 'zod/mini';
import { linkVariables, mailVariables, metricsVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. */
export const environmentSchema = z.object({
  ...tableVariables,
  ...metricsVariables,
  ...linkVariables,
  ...mailVariables,
});
export type Environment = z.output<typeof environmentSchema>;
