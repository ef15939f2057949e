import * as z from 'zod/mini';
import { linkVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. */
export const environmentSchema = z.object({ ...tableVariables, ...linkVariables });
export type Environment = z.output<typeof environmentSchema>;
