import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Instant } from '#domain/time.ts';
import type { DeployedWorld } from './world.ts';

/** The outputs of a stack that are for machines. */
export const outputKeys = [
  'TableName',
  'NoticeQueueUrl',
  'DeadLetterQueueUrls',
  'LinksUrl',
  'ProviderCredentialParameter',
  'LinkKeysParameter',
  'ConfigurationSet',
  'Schedules',
  'MetricsNamespace',
  'AlarmTopicArn',
  'FunctionNames',
  'SettingsHash',
] as const;

export type OutputKey = (typeof outputKeys)[number];

/** A stack as CloudFormation describes it. `changedAt`: when it was last deployed. */
export type Stack = {
  readonly status: string;
  readonly reason?: string;
  readonly changedAt: Instant;
  readonly outputs: ReadonlyMap<string, string>;
};

/** There is no stack of that name. */
export class NoSuchStack extends Error {
  override readonly name = 'NoSuchStack';
}

/** @throws NoSuchStack, or whatever the call failed with */
export const readStack = async ({ aws, stackName }: DeployedWorld): Promise<Stack> => {
  const command = new DescribeStacksCommand({ StackName: stackName });
  const { Stacks: [stack] = [] } = await aws.cloudformation.send(command).catch((cause: unknown) => {
    const isMissing =
      cause instanceof Error && cause.name === 'ValidationError' && /does not exist/.test(cause.message);
    throw isMissing ? new NoSuchStack(`There is no stack ${stackName}.`, { cause }) : cause;
  });
  if (stack === undefined) throw new NoSuchStack(`There is no stack ${stackName}.`);
  const outputs = (stack.Outputs ?? []).map(
    ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
  );
  const { StackStatusReason: reason } = stack;
  return {
    status: stack.StackStatus ?? 'unknown',
    changedAt: (stack.LastUpdatedTime ?? stack.CreationTime)?.getTime() ?? 0,
    outputs: new Map(outputs),
    ...(reason === undefined ? {} : { reason }),
  };
};

/** The parts of an output that holds several, separated by commas. */
export const listed = (output: string): readonly string[] =>
  output
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
