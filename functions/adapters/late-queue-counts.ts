import type { CountMessages } from './dead-letters.ts';

/** Counts messages with a client that is loaded once, when somebody asks for the first count: most requests need none. */
export const createLateQueueCounts = (): CountMessages => {
  let opened: Promise<CountMessages> | undefined;
  return async (queueUrl, signal) => {
    opened ??= import('./open-queue-counts.ts').then(({ openQueueCounts }) => openQueueCounts());
    return (await opened)(queueUrl, signal);
  };
};
