import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { Ended } from '../child.ts';
import { stackName } from '../settings-file.ts';
import { openStage, type Stage } from '../stage.ts';
import type { World } from '../world.ts';

const withoutAsking = ['--all', '--require-approval', 'never'] as const;
/** What the shipped settings would make. */
const shippedStackName = 'gpu-warden-prod';

const lastLines = (output: string, count: number) => output.trim().split('\n').slice(-count).join('\n');

/** The output of a command that has to work. */
const succeeded = (what: string, { exitCode, output }: Ended): string => {
  if (exitCode !== 0) throw new Error(`${what} ended with ${exitCode}:\n${lastLines(output, 40)}`);
  return output;
};

const stacksIn = async ({ clients }: World) =>
  (await clients.cloudFormation.send(new DescribeStacksCommand({}))).Stacks ?? [];

export const bootstrap = async ({ cdk, narrator }: World): Promise<void> => {
  const output = succeeded('cdk bootstrap', await cdk('bootstrap', 'aws://000000000000/us-east-1'));
  narrator.see(lastLines(output, 1));
};

/** The settings as they are shipped, with all their placeholders. */
export const refusePlaceholders = async (world: World): Promise<void> => {
  const { exitCode, output } = await world.cdk(
    'deploy',
    ...withoutAsking,
    '--output',
    join(world.runFolder, 'shipped'),
  );
  assert.notEqual(exitCode, 0, 'a deployment of placeholders is refused');
  const [told] = /Nothing was deployed\..*/.exec(output) ?? [];
  assert.ok(told, `the refusal says so:\n${lastLines(output, 15)}`);
  assert.match(told, /warden\.config\.ts/);
  assert.match(told, /provider\.organisation: "org-REPLACE-ME"/);
  assert.match(told, /mail\.sender: /);
  const made = (await stacksIn(world)).filter(({ StackName }) => StackName === shippedStackName);
  assert.deepEqual(made, [], 'no stack, so no resource, was made');
  world.narrator.see(`cdk deploy ends with ${exitCode}: ${told.slice(0, 160)}…`);
  world.narrator.see(`there is no stack ${shippedStackName}, and so no resource`);
};

const assemblyIn = ({ runFolder }: World) => join(runFolder, 'cdk.out');

const cdkDeploy = (world: World, settingsFile: string) =>
  world.cdk('deploy', ...withoutAsking, '-c', `config=${settingsFile}`, '--output', assemblyIn(world));

export const deploy = async (world: World, settingsFile: string): Promise<Stage> => {
  const output = succeeded('cdk deploy', await cdkDeploy(world, settingsFile));
  const stage = await openStage(world.clients, stackName);
  const { StackResourceSummaries: made = [] } = await world.clients.cloudFormation.send(
    new ListStackResourcesCommand({ StackName: stackName }),
  );
  world.narrator.see(`${made.length} resources; the next steps, as it printed them:`);
  const { Step1SetTheToken, Step2ConfirmTheSender, Step3ConfirmTheAlarms, Step4AskTheDoctor } = stage.outputs;
  for (const step of [Step1SetTheToken, Step2ConfirmTheSender, Step3ConfirmTheAlarms, Step4AskTheDoctor]) {
    assert.ok(output.includes(step), 'the outputs are printed');
    world.narrator.see(step);
  }
  return stage;
};

const updatedAt = async (world: World) =>
  (await stacksIn(world)).find(({ StackName }) => StackName === stackName)?.LastUpdatedTime?.getTime();

export const deployTheSameAgain = async (world: World, settingsFile: string): Promise<void> => {
  const before = await updatedAt(world);
  const output = succeeded('the second cdk deploy', await cdkDeploy(world, settingsFile));
  assert.match(output, /\(no changes\)/);
  assert.equal(await updatedAt(world), before, 'the stack was not touched');
  world.narrator.see(`${stackName} (no changes)`);
};

export const deployChange = async (world: World, settingsFile: string): Promise<void> => {
  const output = succeeded('cdk deploy of a changed setting', await cdkDeploy(world, settingsFile));
  assert.doesNotMatch(output, /\(no changes\)/);
  world.narrator.see('the functions were given new bundles');
};

const destroyed = async (world: World, ...args: readonly string[]): Promise<void> => {
  const output = succeeded('cdk destroy', await world.cdk('destroy', '--all', '--force', ...args));
  assert.match(output, new RegExp(`${stackName}: destroyed`));
  const left = (await stacksIn(world)).filter(({ StackName }) => StackName?.startsWith('gpu-warden'));
  assert.deepEqual(left, [], 'the stack is gone');
};

export const destroy = (world: World, settingsFile: string): Promise<void> =>
  destroyed(world, '-c', `config=${settingsFile}`, '--output', assemblyIn(world));

/** The same without another synthesis. */
export const destroyWhatIsSynthesised = (world: World): Promise<void> => destroyed(world, '--app', assemblyIn(world));
