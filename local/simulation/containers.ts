import type { Context } from 'aws-lambda';
import type { Instant } from '#domain/time.ts';
import type { InvocationFacts, Journal } from './journal.ts';
import type { CrashPlan, FunctionName } from './plan.ts';
import type { SimulatedTime } from './time.ts';

/** How an invocation ended: with an answer, with an error, or with its process. */
export type Ending =
  | { readonly outcome: 'done'; readonly answer: unknown }
  | { readonly outcome: 'failed'; readonly because: string }
  | { readonly outcome: 'crashed' | 'timed-out' };

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** One process of a function: it takes one invocation at a time, and keeps what it holds in memory until it dies. */
export type Container = {
  readonly function: FunctionName;
  readonly deployment: number;
  readonly isAlive: () => boolean;
  /** The invocation that it works on; of what is left over from an earlier one, that earlier one. */
  readonly facts: () => InvocationFacts;
  /** Goes on only while the process lives: what it waits for when it dies never comes. */
  readonly whileAlive: <T>(promise: Promise<T>) => Promise<T>;
  /** Does something that changes the world outside, which is where a process may die. */
  readonly effect: <T>(call: string, act: () => Promise<T>) => Promise<T>;
};

/** What a container is made of: its handler, over clients that are its own. */
export type Boot = (container: Container) => Handler;

export type ContainersOptions = {
  readonly time: SimulatedTime;
  readonly journal: Journal;
  readonly crashes: readonly CrashPlan[];
  /** After this nothing dies. */
  readonly healthyFrom: Instant;
  /** Milliseconds after which Lambda ends an invocation. */
  readonly timeoutOf: (name: FunctionName) => number;
  readonly boot: (name: FunctionName, deployment: number, container: Container) => Handler;
};

const never = new Promise<never>(() => {});

/** What Lambda does for our functions: finds an idle process or starts one, ends what takes too long, and forgets dead ones. */
export const createContainers = (options: ContainersOptions) => {
  const { time, journal, crashes, healthyFrom, timeoutOf, boot } = options;
  const idle = new Map<FunctionName, ReturnType<typeof start>[]>();
  const effects = new Map<FunctionName, number>();
  let deployment = 0;
  let invocations = 0;

  const crashAt = (name: FunctionName): ((moment: CrashPlan['moment']) => CrashPlan | undefined) => {
    const effect = (effects.get(name) ?? 0) + 1;
    effects.set(name, effect);
    if (time.now() >= healthyFrom) return () => undefined;
    return (moment) =>
      crashes.find((crash) => crash.function === name && crash.effect === effect && crash.moment === moment);
  };

  const start = (name: FunctionName) => {
    let alive = true;
    let facts: InvocationFacts = { invocation: 0, function: name, deployment };
    let end: (ending: Ending) => void = () => {};
    const die = (ending: Ending): Promise<never> => {
      alive = false;
      end(ending);
      return never;
    };
    const crash = (found: CrashPlan, call: string) => {
      journal.note({ kind: 'crashed', crash: found, call, ...facts });
      return die({ outcome: 'crashed' });
    };
    const container: Container = {
      function: name,
      deployment,
      isAlive: () => alive,
      facts: () => facts,
      whileAlive: (promise) =>
        promise.then(
          (value) => (alive ? value : never),
          (error: unknown) => (alive ? Promise.reject(error) : never),
        ),
      effect: async (call, act) => {
        if (!alive) return never;
        const crashIn = crashAt(name);
        const before = crashIn('before');
        if (before !== undefined) return crash(before, call);
        const done = act();
        const after = crashIn('after');
        if (after === undefined) return done;
        await done.catch(() => undefined);
        return crash(after, call);
      },
    };
    const handler = boot(name, deployment, container);
    return {
      container,
      run: async (event: unknown, about: Pick<InvocationFacts, 'method'>): Promise<Ending> => {
        invocations += 1;
        facts = { invocation: invocations, function: name, deployment: container.deployment, ...about };
        journal.note({ kind: 'invoked', ...facts });
        const endsAt = time.now() + timeoutOf(name);
        const ended = Promise.withResolvers<Ending>();
        end = ended.resolve;
        const timeout = time.at(endsAt, () => die({ outcome: 'timed-out' }));
        handler(
          event,
          contextOf(name, invocations, () => endsAt - time.now()),
        ).then(
          (answer) => ended.resolve({ outcome: 'done', answer }),
          (error: unknown) => ended.resolve({ outcome: 'failed', because: String(error) }),
        );
        const ending = await ended.promise;
        timeout.cancel();
        const because = ending.outcome === 'failed' ? { because: ending.because } : {};
        journal.note({ kind: 'ended', outcome: ending.outcome, ...because, ...facts });
        return ending;
      },
    };
  };

  return {
    invoke: async (
      name: FunctionName,
      event: unknown,
      about: Pick<InvocationFacts, 'method'> = {},
    ): Promise<Ending> => {
      const free = idle.get(name) ?? [];
      idle.set(name, free);
      const one = free.pop() ?? start(name);
      const ending = await one.run(event, about);
      if (one.container.isAlive() && one.container.deployment === deployment) free.push(one);
      return ending;
    },
    /** From now on new processes run another deployment; those that work on something end it first. */
    deploy: (): number => {
      deployment += 1;
      idle.clear();
      return deployment;
    },
    /** Effects so far, by function: where a crash can be put. */
    effects: (): ReadonlyMap<FunctionName, number> => effects,
  };
};

export type Containers = ReturnType<typeof createContainers>;

/** What Lambda hands a handler beside the event, on simulated time. */
const contextOf = (functionName: FunctionName, invocation: number, timeLeft: () => Instant): Context => ({
  awsRequestId: `invocation-${invocation}`,
  callbackWaitsForEmptyEventLoop: true,
  functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
  logGroupName: `/aws/lambda/${functionName}`,
  logStreamName: 'simulated',
  memoryLimitInMB: '256',
  getRemainingTimeInMillis: () => Math.max(0, timeLeft()),
  done: () => {},
  fail: () => {},
  succeed: () => {},
});
