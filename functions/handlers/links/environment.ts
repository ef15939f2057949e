import * as z from 'zod/mini';
import { credentialVariables, linkVariables, tableVariables } from '#handlers/variables.ts';

/** What the function finds in its environment. The credential is for making a deleted runtime again. */
export const environmentSchema = z.object({ ...tableVariables, ...linkVariables, ...credentialVariables });
export type Environment = z.output<typeof environmentSchema>;
