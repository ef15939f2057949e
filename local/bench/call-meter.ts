import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { System } from '#local/system.ts';

/** What a system asked of its table, and when it last put messages on the queue. */
export type Metered = {
  /** Calls to the table, by operation. */
  readonly calls: Readonly<Record<string, number>>;
  /** Items that its answers brought. */
  readonly itemsRead: number;
  /** When the last call that puts messages on the queue was answered (`performance.now()`). */
  readonly announcedAt?: number;
};

const itemsIn = (output: unknown): number => {
  if (typeof output !== 'object' || output === null) return 0;
  if ('Items' in output && Array.isArray(output.Items)) return output.Items.length;
  return 'Item' in output && output.Item !== undefined ? 1 : 0;
};

const meterTable = (dynamodb: DynamoDBClient, note: (operation: string, items: number) => void): void =>
  dynamodb.middlewareStack.add(
    (next, context) => async (call) => {
      const answer = await next(call);
      note(String(context.commandName).replace(/Command$/, ''), itemsIn(answer.output));
      return answer;
    },
    { step: 'initialize', name: 'meterTable' },
  );

/** Counts inside the SDK's clients, so that counting adds no hop to what is timed. `read` answers since the last `reset`. */
export const meterCalls = ({ dynamodb, sqs }: Pick<System, 'dynamodb' | 'sqs'>) => {
  let calls: Record<string, number> = {};
  let itemsRead = 0;
  let announcedAt: number | undefined;
  meterTable(dynamodb, (operation, items) => {
    calls[operation] = (calls[operation] ?? 0) + 1;
    itemsRead += items;
  });
  sqs.middlewareStack.add(
    (next, context) => async (call) => {
      const answer = await next(call);
      if (context.commandName === 'SendMessageBatchCommand') announcedAt = performance.now();
      return answer;
    },
    { step: 'initialize', name: 'meterQueue' },
  );
  return {
    reset: (): void => {
      calls = {};
      itemsRead = 0;
      announcedAt = undefined;
    },
    read: (): Metered => ({ calls: { ...calls }, itemsRead, ...(announcedAt === undefined ? {} : { announcedAt }) }),
  };
};
