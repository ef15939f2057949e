import type { Instant } from '#domain/time.ts';

/**
 * Simulated time of one history. It moves from one event to the next, and never while something can still go on at the present
 * instant: the same waits give the same order of events, however fast the machine is.
 */
export type SimulatedTime = {
  readonly now: () => Instant;
  /** Resolves once so many milliseconds have passed; rejects with the signal's reason as soon as that aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A signal that aborts with a `TimeoutError` once so many milliseconds have passed. */
  readonly expireAfter: (milliseconds: number) => AbortSignal;
  /** Calls back at an instant, or now where that is over; what is due at one instant comes in the order in which it was asked for. */
  readonly at: (instant: Instant, act: () => void) => { readonly cancel: () => void };
  /** Goes on up to an instant, with every event on the way. */
  readonly runUntil: (end: Instant) => Promise<void>;
};

type Planned = { readonly at: Instant; readonly order: number; readonly act: () => void; cancelled: boolean };

const isBefore = (a: Planned, b: Planned): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, the next event on top. */
const createAgenda = () => {
  const heap: Planned[] = [];
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    if (first !== undefined && second !== undefined) [heap[a], heap[b]] = [second, first];
  };
  const isUnder = (a: number, b: number): boolean => {
    const [first, second] = [heap[a], heap[b]];
    return first !== undefined && second !== undefined && isBefore(first, second);
  };
  const sink = (from: number) => {
    for (let parent = from; ; ) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      const child = isUnder(right, left) ? right : left;
      if (!isUnder(child, parent)) return;
      swap(child, parent);
      parent = child;
    }
  };
  return {
    push: (planned: Planned): void => {
      heap.push(planned);
      for (let child = heap.length - 1; child > 0; ) {
        const parent = Math.floor((child - 1) / 2);
        if (!isUnder(child, parent)) return;
        swap(child, parent);
        child = parent;
      }
    },
    /** Takes the next event that is due by then. */
    takeUntil: (end: Instant): Planned | undefined => {
      for (let top = heap[0]; top !== undefined && top.at <= end; top = heap[0]) {
        const last = heap.pop();
        if (last !== undefined && last !== top) {
          heap[0] = last;
          sink(0);
        }
        if (!top.cancelled) return top;
      }
      return undefined;
    },
  };
};

/** Lets everything run that is not waiting for simulated time: a turn of the event loop ends with all promises settled. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What every time limit aborts with: where it was made says nothing. */
const timeIsOver = new DOMException('The time is over.', 'TimeoutError');

/** Time that stands at `start`. */
export const createSimulatedTime = (start: Instant): SimulatedTime => {
  const agenda = createAgenda();
  let current = start;
  let planned = 0;

  const at = (instant: Instant, act: () => void) => {
    planned += 1;
    const one: Planned = { at: Math.max(current, Math.ceil(instant)), order: planned, act, cancelled: false };
    agenda.push(one);
    return {
      cancel: () => {
        one.cancelled = true;
      },
    };
  };

  const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => {
      waking.cancel();
      reject(signal?.reason);
    };
    const waking = at(current + milliseconds, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
    return promise;
  };

  return {
    now: () => current,
    at,
    sleep,
    expireAfter: (milliseconds) => {
      const expiry = new AbortController();
      at(current + milliseconds, () => expiry.abort(timeIsOver));
      return expiry.signal;
    },
    runUntil: async (end) => {
      await settle();
      for (let next = agenda.takeUntil(end); next !== undefined; next = agenda.takeUntil(end)) {
        current = next.at;
        next.act();
        await settle();
      }
      current = Math.max(current, end);
    },
  };
};
