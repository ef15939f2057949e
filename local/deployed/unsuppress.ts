import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { readUnsuppressCommand, type UnsuppressOptions } from './unsuppress-command.ts';
import { unsuppressAddress } from './unsuppress-run.ts';

/** `npm run unsuppress`: the SDK's usual chain of credentials, or those of a profile. */
const run = async (options: UnsuppressOptions): Promise<void> => {
  const { region, profile } = options;
  const configuration = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  const clients = {
    cloudformation: new CloudFormationClient(configuration),
    dynamodb: new DynamoDBClient(configuration),
    ses: new SESv2Client(configuration),
  };
  const lines = await unsuppressAddress(clients, options, () => Date.now());
  process.stdout.write(`${lines.join('\n')}\n`);
};

const command = readUnsuppressCommand(process.argv.slice(2));
switch (command.kind) {
  case 'help':
    process.stdout.write(command.text);
    break;
  case 'refused':
    process.stderr.write(`${command.message}\n`);
    process.exitCode = 1;
    break;
  case 'unsuppress':
    await run(command.options).catch((failure: unknown) => {
      const { name, message } = failure instanceof Error ? failure : new Error(String(failure));
      process.stderr.write(`Nothing more could be done: ${name}: ${message}\nIt is safe to run it again.\n`);
      process.exitCode = 1;
    });
}
