import type { Report } from '#domain/event.ts';
import { second } from '#domain/time.ts';
import { type ExpireAfter, untilAborted } from './provider/abort.ts';
import type { QueueCounts } from './queue-counts.ts';

/** Where a stage keeps what it could not deliver: notices that could not be sent, and events that no function took. */
export type DeadLetterQueues<Each> = { readonly notices: Each; readonly events: Each };

/** How many dead letters there are; undefined where they could not be counted. */
export type DeadLetterCounts = DeadLetterQueues<number | undefined>;

/** Counts the messages of a queue by its URL. */
export type CountMessages = (queueUrl: string, signal: AbortSignal) => Promise<QueueCounts>;

export type DeadLettersParts = {
  readonly queueUrls: DeadLetterQueues<string>;
  readonly countMessages: CountMessages;
  readonly expireAfter: ExpireAfter;
  readonly report: Report;
};

/** Whoever asks for more than these counts does not wait any longer for them. */
const answersWithin = 3 * second;

/**
 * Counts the dead letters of a stage, those that somebody is just looking at, too. A queue that cannot be asked is told and holds
 * up nothing: what else is known is still worth an answer.
 */
export const createDeadLetters = ({ queueUrls, countMessages, expireAfter, report }: DeadLettersParts) => {
  const countIn = async (of: keyof typeof queueUrls): Promise<number | undefined> => {
    const signal = expireAfter(answersWithin);
    try {
      const { waiting, underWay } = await untilAborted(countMessages(queueUrls[of], signal), signal);
      return waiting + underWay;
    } catch (failure) {
      report({ event: 'part-failed', part: `dead letters of ${of}`, because: String(failure) });
      return undefined;
    }
  };
  return {
    count: async (): Promise<DeadLetterCounts> => {
      const [notices, events] = await Promise.all([countIn('notices'), countIn('events')]);
      return { notices, events };
    },
  };
};
