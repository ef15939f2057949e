import type { Emulator, JournalEntry, OperationId } from '#local/emulator/emulator.ts';
import type { Calls } from './calls.ts';
import type { Container } from './containers.ts';
import type { FaultName } from './faults.ts';
import type { Journal } from './journal.ts';
import type { SimulatedTime } from './time.ts';

type Fetch = typeof globalThis.fetch;

/** The provider as a process of ours reaches it: its answers and faults are the emulator's, the way there is simulated. */
export type ProviderWayOptions = {
  readonly emulator: Pick<Emulator, 'control'> & { readonly fetch: Fetch };
  /** What the emulator noted of the requests that it got. */
  readonly lastRequest: () => JournalEntry | undefined;
  readonly faults: {
    /** A call is about to reach the provider. */
    readonly meet: (operation: OperationId) => void;
    /** The faults of the plan that struck at the provider since they were last asked for. */
    readonly struck: () => readonly FaultName[];
  };
  readonly time: SimulatedTime;
  readonly calls: Calls;
  readonly journal: Journal;
};

const operationOf = (method: string, path: string): { operation: OperationId; runtimeId?: string } => {
  const [, runtimeId, metrics] = /\/airuntimes(?:\/([^/?]+))?(\/metrics)?$/.exec(path) ?? [];
  if (path.includes('/airuntimes')) {
    if (runtimeId === undefined) return { operation: method === 'POST' ? 'createRuntime' : 'listRuntimes' };
    if (metrics !== undefined) return { operation: 'getRuntimeMetrics', runtimeId };
    return { operation: method === 'DELETE' ? 'deleteRuntime' : 'getRuntime', runtimeId };
  }
  return { operation: path.endsWith('notify-availability') ? 'listNotifyRequests' : 'listInventory' };
};

/** `fetch` for one process, noting each call with what the provider answered and which faults made it. */
export const createProviderFetch =
  ({ emulator, lastRequest, faults: planned, time, calls, journal }: ProviderWayOptions, container: Container): Fetch =>
  async (input, init) => {
    const method = init?.method ?? 'GET';
    const { pathname } = new URL(String(input));
    const about = operationOf(method, pathname);
    await container.whileAlive(time.sleep(calls.latency('provider'), init?.signal ?? undefined));
    const sentAt = time.now();
    const ask = async () => {
      let status = 0;
      planned.meet(about.operation);
      try {
        const response = await emulator.fetch(input, init);
        ({ status } = response);
        return response;
      } finally {
        const call = `provider ${about.operation}`;
        for (const fault of planned.struck()) journal.note({ kind: 'struck', fault, call, ...container.facts() });
        const entry = lastRequest();
        const faults = entry?.method === method && entry.path === pathname ? entry.faults : [];
        journal.note({
          kind: 'provider-call',
          ...about,
          status,
          faults: faults as never,
          sentAt,
          ...container.facts(),
        });
      }
    };
    return container.whileAlive(method === 'GET' ? ask() : container.effect(about.operation, ask));
  };
