import type * as z from 'zod/mini';
import { check, type Fault, faultReport } from './faults.ts';

/** Variables by name, as the process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The environment lacks what a function needs. The message lists all faults, one a line, by variable; secrets are not shown. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faultReport('The environment has', faults));
    this.faults = faults;
  }
}

/**
 * The variables that one handler declares, in the handler's own shape. An empty variable counts as missing; variables that
 * the schema does not name are not looked at. Throws one `EnvironmentError` that lists every fault.
 */
export const readEnvironment = <Schema extends z.ZodMiniObject>(
  schema: Schema,
  environment: Variables,
): z.output<Schema> => {
  const declared = Object.keys(schema.shape).map((name) => [name, environment[name] || undefined]);
  const checked = check(schema, Object.fromEntries(declared.filter(([, value]) => value !== undefined)));
  if (!checked.ok) throw new EnvironmentError(checked.faults);
  return checked.value;
};
