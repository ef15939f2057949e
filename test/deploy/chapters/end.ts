import assert from 'node:assert/strict';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteTableCommand, ListTablesCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand } from '@aws-sdk/client-ssm';
import type { Stage } from '../stage.ts';
import type { World } from '../world.ts';

/** Names of everything in the account that a stack of ours could have left behind. */
const leftBehind = async ({ clients }: World): Promise<readonly string[]> => {
  const [tables, functions, schedules, queues, parameters, logs] = await Promise.all([
    clients.dynamodb.send(new ListTablesCommand({})),
    clients.lambda.send(new ListFunctionsCommand({})),
    clients.scheduler.send(new ListSchedulesCommand({})),
    clients.queue.send(new ListQueuesCommand({})),
    clients.parameters.send(new DescribeParametersCommand({})),
    clients.logs.send(new DescribeLogGroupsCommand({})),
  ]);
  const names = [
    ...(tables.TableNames ?? []),
    ...(functions.Functions ?? []).map(({ FunctionName }) => FunctionName),
    ...(schedules.Schedules ?? []).map(({ Name }) => Name),
    ...(queues.QueueUrls ?? []),
    ...(parameters.Parameters ?? []).map(({ Name }) => Name),
    ...(logs.logGroups ?? []).map(({ logGroupName }) => logGroupName),
  ];
  return names.filter((name) => name?.includes('gpu-warden')).map(String);
};

/** What the deployment said would stay is all that stays; its own words remove that too. */
export const seeWhatStays = async (world: World, { outputs }: Stage): Promise<void> => {
  const { clients, narrator } = world;
  const { TableName, StaysAfterDestroy } = outputs;
  assert.deepEqual(await leftBehind(world), [TableName], 'only the table stays');
  narrator.see(`what stays, as the deployment said: ${TableName}`);
  const refused = await clients.dynamodb.send(new DeleteTableCommand({ TableName })).catch((failure: Error) => failure);
  assert.ok(refused instanceof Error, 'it cannot be deleted by mistake');
  assert.match(
    StaysAfterDestroy,
    new RegExp(`update-table --table-name ${TableName} --no-deletion-protection-enabled`),
  );
  assert.match(StaysAfterDestroy, new RegExp(`delete-table --table-name ${TableName}`));
  await clients.dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  await clients.dynamodb.send(new DeleteTableCommand({ TableName }));
  narrator.see('it is protected; the two commands that the deployment printed remove it');
};

export const seeNothingStays = async (world: World): Promise<void> => {
  assert.deepEqual(await leftBehind(world), [], 'nothing stays');
  world.narrator.see('nothing of it is left in the account');
};
