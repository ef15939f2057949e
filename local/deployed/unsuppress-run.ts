import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteSuppressedDestinationCommand, NotFoundException, type SESv2Client } from '@aws-sdk/client-sesv2';
import { digest, newId } from '#adapters/identity.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Instant } from '#domain/time.ts';
import { type UnsuppressOutcome, unsuppress } from '#workflows/note-bounces/unsuppress.ts';
import type { UnsuppressOptions } from './unsuppress-command.ts';

export type UnsuppressClients = {
  readonly cloudformation: CloudFormationClient;
  readonly dynamodb: DynamoDBClient;
  readonly ses: SESv2Client;
};

/** What cannot be done, in words for whoever typed the command. */
export class UnsuppressError extends Error {
  override readonly name = 'UnsuppressError';
}

const tableOf = async (cloudformation: CloudFormationClient, stackName: string): Promise<string> => {
  const { Stacks: [stack] = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: stackName }));
  const table = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'TableName')?.OutputValue;
  if (table !== undefined) return table;
  throw new UnsuppressError(
    `The stack ${stackName} has no output TableName. Is it a stage of GPU Warden, fully deployed?`,
  );
};

/** Takes the address off the account's list; false where it was not on it. */
const takeOffList = async (ses: SESv2Client, address: string): Promise<boolean> => {
  try {
    await ses.send(new DeleteSuppressedDestinationCommand({ EmailAddress: address }));
    return true;
  } catch (error) {
    if (error instanceof NotFoundException) return false;
    throw error;
  }
};

const words: Readonly<Record<UnsuppressOutcome, string>> = {
  'written-to-again': 'GPU Warden writes to it again.',
  'not-suppressed': 'GPU Warden has not stopped writing to it.',
  unknown: 'GPU Warden knows no such address in this stage: nothing was ever sent to it from here.',
};

/**
 * Ends whatever holds mails to an address back: first the account's list, on which a mail would only bounce again, then what
 * GPU Warden remembers. Answers what it found, line by line.
 */
export const unsuppressAddress = async (
  { cloudformation, dynamodb, ses }: UnsuppressClients,
  { stage, address }: UnsuppressOptions,
  clock: () => Instant,
): Promise<readonly string[]> => {
  const table = createTable(dynamodb, await tableOf(cloudformation, `gpu-warden-${stage}`));
  const wasListed = await takeOffList(ses, address);
  const store = { ...createRecipientStore(table), ...createGuardStore(table), ...createAvailabilityStore(table) };
  const outcome = await unsuppress({ store, clock, newId }, digest(address.toLowerCase()));
  return [
    wasListed ? 'It is off the suppression list of SES.' : 'It was not on the suppression list of SES.',
    words[outcome],
  ];
};
