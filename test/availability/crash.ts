import type { ProxiedCall } from '#local/engines/faults.ts';
import type { TestEngines } from './world.ts';

/** What a crash may leave behind: everything that changes the world outside the process. */
const changesSomething = ({ operation }: ProxiedCall) =>
  ['PutItem', 'UpdateItem', 'DeleteItem', 'SendMessageBatch', 'SendEmail', 'DeleteMessage'].includes(operation);

/** `struck`: the operation at which the process died, if it did. */
export type Crash = { readonly struck: () => string | undefined; readonly revive: () => void };

/**
 * The process dies at its n-th effect (from 0): before it happens, or after it happened and before the answer came. `diesElsewhere`:
 * whether it died of something that no proxy sees, and of what.
 */
export const crashAt = (
  { proxies }: Pick<TestEngines, 'proxies'>,
  at: number,
  moment: 'before' | 'after',
  diesElsewhere: () => string | undefined = () => undefined,
): Crash => {
  let effects = 0;
  let dead = false;
  let struck: string | undefined;
  const isTheOne = (call: ProxiedCall): boolean => {
    if (dead || !changesSomething(call)) return false;
    const hit = effects === at;
    effects += 1;
    if (hit) [dead, struck] = [true, call.operation];
    return hit;
  };
  const isDead = (): boolean => {
    const elsewhere = struck === undefined ? diesElsewhere() : undefined;
    if (elsewhere !== undefined) [dead, struck] = [true, elsewhere];
    return dead;
  };
  for (const proxy of Object.values(proxies)) {
    proxy.faults.add({ match: isTheOne, kind: moment === 'before' ? 'drop-connection' : 'drop-answer' });
    proxy.faults.add({ match: isDead, kind: 'drop-connection' });
  }
  return {
    struck: () => struck,
    revive: () => {
      dead = false;
    },
  };
};
