import { createHash } from 'node:crypto';
import { SQSServiceException } from '@aws-sdk/client-sqs';
import type { Instant } from '#domain/time.ts';
import { type Execute, jsonRequestHandler } from './aws-json.ts';

export type QueueMessage = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly receptions: number;
};

type Waiting = {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: Instant;
  visibleAt: Instant;
  receptions: number;
};

/** What a standard queue may do with a message, which SQS does seldom. */
export type QueueMischief = {
  /** Milliseconds by which a message comes late. */
  readonly delay: (messageId: string) => number;
  /** It is delivered a second time, though it was removed. */
  readonly isDoubled: (messageId: string) => boolean;
  /** It is delivered to a second receiver while the first one still works on it. */
  readonly isShared: (messageId: string) => boolean;
  /** Which of so many visible messages comes next. */
  readonly pick: (count: number) => number;
};

export type QueueOptions = {
  readonly now: () => Instant;
  readonly newId: () => string;
  /** Milliseconds for which a received message cannot be seen. */
  readonly visibilityTimeout: number;
  /** At the reception after so many a message goes to the dead letters. */
  readonly mostReceptions: number;
  readonly mischief?: QueueMischief;
};

const orderly: QueueMischief = { delay: () => 0, isDoubled: () => false, isShared: () => false, pick: () => 0 };

/** Milliseconds after which a shared message is seen by a second receiver. */
const sharedAfter = 5;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

type Entry = { readonly Id: string; readonly MessageBody?: string; readonly ReceiptHandle?: string };
type Input = {
  readonly Entries?: readonly Entry[];
  readonly MessageBody?: string;
  readonly MaxNumberOfMessages?: number;
  readonly ReceiptHandle?: string;
};

const refused = (name: string, message: string): Error =>
  new SQSServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: 400 } });

const mostEntries = 10;

const entriesOf = ({ Entries = [] }: Input): readonly Entry[] => {
  if (Entries.length === 0) throw refused('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (Entries.length > mostEntries) throw refused('TooManyEntriesInBatchRequest', `At most ${mostEntries} entries.`);
  const ids = new Set(Entries.map(({ Id }) => Id));
  if (ids.size < Entries.length) throw refused('BatchEntryIdsNotDistinct', 'Two entries have the same id.');
  return Entries;
};

/** A standard queue of SQS with its dead letters, in memory and at once. */
export const createSimulatedQueue = (options: QueueOptions) => {
  const { now, newId, visibilityTimeout, mostReceptions, mischief = orderly } = options;
  let waiting: Waiting[] = [];
  const deadLetters: { readonly body: string }[] = [];
  let tell: (at: Instant) => void = () => {};

  const send = (body = '') => {
    const messageId = newId();
    const visibleAt = now() + mischief.delay(messageId);
    waiting.push({ messageId, body, sentAt: now(), visibleAt, receptions: 0 });
    tell(visibleAt);
    return { MessageId: messageId, MD5OfMessageBody: md5(body) };
  };

  const receive = (most: number): QueueMessage[] => {
    const taken: QueueMessage[] = [];
    for (;;) {
      const visible = waiting.filter(({ visibleAt }) => visibleAt <= now());
      const one = visible[mischief.pick(visible.length)];
      if (one === undefined || taken.length >= most) return taken;
      if (one.receptions >= mostReceptions) {
        waiting = waiting.filter((each) => each !== one);
        deadLetters.push({ body: one.body });
        continue;
      }
      one.receptions += 1;
      const isFirst = one.receptions === 1;
      one.visibleAt = now() + (isFirst && mischief.isShared(one.messageId) ? sharedAfter : visibilityTimeout);
      tell(one.visibleAt);
      const { messageId, body, receptions } = one;
      taken.push({ messageId, body, receptions, receiptHandle: `${messageId}#${receptions}` });
    }
  };

  /** An older handle of a message removes it too. */
  const remove = (receiptHandle = ''): void => {
    const [messageId = '', reception] = receiptHandle.split('#');
    const isAgain = reception === '1' && mischief.isDoubled(messageId);
    if (!isAgain) waiting = waiting.filter((each) => each.messageId !== messageId);
  };

  const operations: Record<string, ((input: Input) => unknown) | undefined> = {
    SendMessage: ({ MessageBody }) => send(MessageBody),
    SendMessageBatch: (input) => ({
      Successful: entriesOf(input).map(({ Id, MessageBody }) => ({ Id, ...send(MessageBody) })),
      Failed: [],
    }),
    ReceiveMessage: ({ MaxNumberOfMessages = 1 }) => ({
      Messages: receive(MaxNumberOfMessages).map(({ messageId, receiptHandle, body, receptions }) => ({
        MessageId: messageId,
        ReceiptHandle: receiptHandle,
        Body: body,
        MD5OfBody: md5(body),
        Attributes: { ApproximateReceiveCount: String(receptions) },
      })),
    }),
    DeleteMessage: ({ ReceiptHandle }) => {
      remove(ReceiptHandle);
      return {};
    },
    DeleteMessageBatch: (input) => {
      const Successful = entriesOf(input).map(({ Id, ReceiptHandle }) => {
        remove(ReceiptHandle);
        return { Id };
      });
      return { Successful, Failed: [] };
    },
    PurgeQueue: () => {
      waiting = [];
      return {};
    },
  };

  return {
    /** @throws SQSServiceException what SQS refuses it with */
    execute: (operation: string, input: Record<string, unknown>): unknown => {
      const carryOut = operations[operation];
      if (carryOut === undefined) throw refused('InvalidAction', `The simulated queue does not know ${operation}.`);
      return carryOut(input);
    },
    receive,
    remove,
    /** Tells of each instant at which a message can be received, now or later. */
    onVisible: (listener: (at: Instant) => void): void => {
      tell = listener;
    },
    deadLetters: (): readonly { readonly body: string }[] => deadLetters,
    /** Messages that are neither removed nor dead. */
    waiting: (): number => waiting.length,
  };
};

export type SimulatedQueue = ReturnType<typeof createSimulatedQueue>;

/** What an SDK client has in the place of the network. */
export const queueRequestHandler = (execute: Execute) => jsonRequestHandler('com.amazonaws.sqs#', execute);
