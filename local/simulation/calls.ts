import type { Chance } from '#local/emulator/state/chance.ts';
import type { Container } from './containers.ts';
import { callFault, type FaultName, type Port } from './faults.ts';
import type { Journal } from './journal.ts';
import type { FaultPlan } from './plan.ts';
import type { SimulatedTime } from './time.ts';

/** How long a call is under way, in milliseconds: at least and at most. */
const latencies: Readonly<Record<Port | 'provider', readonly [number, number]>> = {
  table: [2, 12],
  queue: [4, 20],
  mail: [20, 120],
  provider: [10, 90],
};

/** Operations that change the world outside: where a process may die with something done or not done. */
const effects: Readonly<Record<Port, ReadonlySet<string>>> = {
  table: new Set(['PutItem', 'UpdateItem', 'DeleteItem']),
  queue: new Set(['SendMessageBatch']),
  mail: new Set(['SendEmail']),
};

type Options = {
  readonly time: SimulatedTime;
  readonly journal: Journal;
  readonly chance: Chance;
};

/** Faults that are armed and have not struck as often as they shall. */
type Armed = { readonly fault: FaultName; passesOver: number; left: number };

/** The way of every call from a process to a service: it takes time, faults strike it, and the process may die at it. */
export const createCalls = ({ time, journal, chance }: Options) => {
  let armed: Armed[] = [];

  const strikeOn = (port: Port, operation: string): FaultName | undefined => {
    const found = armed.find(({ fault }) => {
      const aim = callFault(fault);
      return aim?.port === port && (aim.operations?.includes(operation) ?? true);
    });
    if (found === undefined) return undefined;
    found.passesOver -= 1;
    if (found.passesOver >= 0) return undefined;
    found.left -= 1;
    if (found.left <= 0) armed = armed.filter((each) => each !== found);
    return found.fault;
  };

  const latency = (port: Port | 'provider'): number => chance.between(...latencies[port]);

  return {
    arm: ({ fault, passesOver, times }: FaultPlan): void => {
      armed.push({ fault, passesOver, left: times });
    },
    disarm: (): void => {
      armed = [];
    },
    latency,
    /** @param act the call itself; what it answers or throws is the service's own answer */
    pass: async <T>(container: Container, port: Port, operation: string, act: () => Promise<T>): Promise<T> => {
      await container.whileAlive(time.sleep(latency(port)));
      const call = `${port} ${operation}`;
      const done = () => (effects[port].has(operation) ? container.effect(call, act) : act());
      const fault = strikeOn(port, operation);
      if (fault === undefined) return container.whileAlive(done());
      journal.note({ kind: 'struck', fault, call, ...container.facts() });
      const strike = callFault(fault)?.strike ?? done;
      // A fault answers in the place of the service, and in its shape.
      return container.whileAlive(strike(done, time.sleep)) as Promise<T>;
    },
  };
};

export type Calls = ReturnType<typeof createCalls>;
