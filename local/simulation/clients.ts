import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { localClient } from '#local/system.ts';
import type { Execute } from './aws-json.ts';
import type { Calls } from './calls.ts';
import type { Container } from './containers.ts';
import type { Port } from './faults.ts';
import type { Journal } from './journal.ts';
import { mailRequestHandler, type SimulatedMail } from './mail.ts';
import { queueRequestHandler, type SimulatedQueue } from './queue.ts';
import { type SimulatedTable, tableRequestHandler } from './table.ts';

/** The services behind the SDK. */
export type Services = {
  readonly table: SimulatedTable;
  readonly queue: SimulatedQueue;
  readonly mail: SimulatedMail;
};

/**
 * Where the SDK is cut off: at its request handler, with everything on the wire, or one step after the call, where an
 * operation still is its name and its input. The latter is quicker by far.
 */
export type Seam = 'wire' | 'call';

type Middleware = { readonly commandName?: string };

/** Answers every call of a client in the place of the network. */
export const answerCalls = (client: DynamoDBClient | SQSClient | SESv2Client, execute: Execute): void => {
  // The three clients' stacks differ in types that nothing here looks at.
  const { middlewareStack } = client as DynamoDBClient;
  middlewareStack.add(
    (_next, context) => async (call) => {
      const operation = ((context as Middleware).commandName ?? '').replace(/Command$/, '');
      const output = await execute(operation, call.input as Record<string, unknown>);
      return { output: output as never, response: {} };
    },
    { step: 'initialize', priority: 'high', name: 'answerCalls' },
  );
};

const noteOf = (port: Port, operation: string, input: Record<string, unknown>) => {
  if (port === 'table' && ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation)) {
    const key = (input.Key ?? input.Item) as Record<string, { S?: string }> | undefined;
    return { kind: 'table-write', operation, item: `${key?.pk?.S}/${key?.sk?.S}` } as const;
  }
  if (port === 'queue' && operation === 'SendMessageBatch') {
    return { kind: 'queued', messages: (input.Entries as readonly unknown[]).length } as const;
  }
  return undefined;
};

export type ClientsOptions = {
  readonly seam: Seam;
  readonly services: Services;
  readonly calls: Calls;
  readonly journal: Journal;
  readonly container: Container;
};

/** The SDK's clients of one process. They try a call once: a timer of theirs would be the machine's. */
export const createClients = ({ seam, services, calls, journal, container }: ClientsOptions) => {
  const executeAt =
    (port: Port): Execute =>
    (operation, input) =>
      calls.pass(container, port, operation, async () => {
        const output = await services[port].execute(operation, input);
        const note = noteOf(port, operation, input);
        if (note !== undefined) journal.note({ ...note, ...container.facts() });
        const mail = port === 'mail' ? services.mail.accepted().at(-1) : undefined;
        if (mail !== undefined) journal.note({ kind: 'mail-accepted', mail, ...container.facts() });
        return output;
      });
  const options = { ...localClient, maxAttempts: 1, endpoint: 'http://services.simulated' };
  if (seam === 'wire') {
    return {
      dynamodb: new DynamoDBClient({ ...options, requestHandler: tableRequestHandler(executeAt('table')) }),
      sqs: new SQSClient({ ...options, requestHandler: queueRequestHandler(executeAt('queue')) }),
      ses: new SESv2Client({ ...options, requestHandler: mailRequestHandler(executeAt('mail')) }),
    };
  }
  const clients = {
    dynamodb: new DynamoDBClient(options),
    sqs: new SQSClient(options),
    ses: new SESv2Client(options),
  };
  answerCalls(clients.dynamodb, executeAt('table'));
  answerCalls(clients.sqs, executeAt('queue'));
  answerCalls(clients.ses, executeAt('mail'));
  return clients;
};
