import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import type { Clients } from './aws.ts';
import { type LogLine, ownLines, readLog } from './logs.ts';
import { region } from './ministack.ts';

const listed = z.string().transform((text) => text.split(','));
const named = listed.transform((pairs) => new Map(pairs.map((pair) => [pair.split('=')[0], pair.split('=')[1] ?? ''])));

/** The outputs of a stack, by which people and programs find what it is made of. */
const outputsSchema = z.object({
  TableName: z.string(),
  NoticeQueueUrl: z.string(),
  DeadLetterQueueUrls: listed,
  LinksUrl: z.url(),
  ProviderCredentialParameter: z.string(),
  LinkKeysParameter: z.string(),
  ConfigurationSet: z.string(),
  Schedules: listed,
  MetricsNamespace: z.string(),
  AlarmTopicArn: z.string(),
  FunctionNames: named,
  ApiUrl: z.string(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  Step1SetTheToken: z.string(),
  Step2ConfirmTheSender: z.string(),
  Step3ConfirmTheAlarms: z.string(),
  Step4AskTheDoctor: z.string(),
  StaysAfterDestroy: z.string(),
});
export type Outputs = z.output<typeof outputsSchema>;

export type FunctionName =
  | 'watch-availability'
  | 'guard-runtimes'
  | 'send-notice'
  | 'links'
  | 'http-api'
  | 'runtimes-api'
  | 'note-bounces'
  | 'prepare-secrets';

type Invoked = { readonly failed: boolean; readonly answer: string };

/** A deployed stage, seen from outside: through the SDK alone. */
export type Stage = {
  readonly outputs: Outputs;
  readonly physicalNameOf: (name: FunctionName) => string;
  /** Calls a function and waits for its end; whether it failed is told, not thrown. */
  readonly invoke: (name: FunctionName, event: unknown) => Promise<Invoked>;
  /** What the function's schedule hands over. */
  readonly scheduledEventOf: (name: FunctionName) => Promise<unknown>;
  readonly rawLogOf: (name: FunctionName, since: number) => Promise<readonly FilteredLogEvent[]>;
  readonly logOf: (name: FunctionName, since: number) => Promise<readonly LogLine[]>;
};

export const outputsOf = async ({ cloudFormation }: Clients, stackName: string): Promise<Outputs> => {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
  const outputs = Stacks?.[0]?.Outputs ?? [];
  return outputsSchema.parse(Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])));
};

/** What EventBridge Scheduler sends where a target has no input of its own. */
const scheduledEvent = (scheduleArn: string | undefined) => ({
  version: '0',
  id: crypto.randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '000000000000',
  time: new Date().toISOString(),
  region,
  resources: [scheduleArn],
  detail: {},
});

export const openStage = async (clients: Clients, stackName: string): Promise<Stage> => {
  const outputs = await outputsOf(clients, stackName);
  const physicalNameOf = (name: FunctionName): string => {
    const physical = outputs.FunctionNames.get(name);
    if (physical === undefined) throw new Error(`The output FunctionNames holds no ${name}.`);
    return physical;
  };
  const rawLogOf: Stage['rawLogOf'] = async (name, since) => {
    const FunctionName = physicalNameOf(name);
    const { LoggingConfig } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return readLog(clients, LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`, since);
  };
  return {
    outputs,
    physicalNameOf,
    invoke: async (name, event) => {
      const command = new InvokeCommand({ FunctionName: physicalNameOf(name), Payload: JSON.stringify(event) });
      const { FunctionError, Payload } = await clients.lambda.send(command);
      return { failed: FunctionError !== undefined, answer: Payload?.transformToString() ?? '' };
    },
    scheduledEventOf: async (name) => {
      const schedules = outputs.Schedules.map((Name) => clients.scheduler.send(new GetScheduleCommand({ Name })));
      const own = (await Promise.all(schedules)).find(({ Target }) => Target?.Arn?.endsWith(physicalNameOf(name)));
      if (own === undefined) throw new Error(`No schedule calls ${name}.`);
      const input = own.Target?.Input;
      return input === undefined ? scheduledEvent(own.Arn) : JSON.parse(input);
    },
    rawLogOf,
    logOf: async (name, since) => ownLines(await rawLogOf(name, since)),
  };
};
