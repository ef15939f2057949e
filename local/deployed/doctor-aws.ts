import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Variables } from '#adapters/configuration/environment.ts';

/** One client for each service that is asked. */
export type AwsClients = {
  readonly cloudformation: CloudFormationClient;
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly scheduler: SchedulerClient;
  readonly ses: SESv2Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
};

/** What is wrong is said in the findings: the SDK's own warnings would stand between them. */
const silent = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A person waits: a call that hangs is given up early, and said. */
const limits = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** SES takes one call a second of most kinds: those that come too early are repeated. */
const patientAttempts = 6;

/** `cdk` knows AWS_DEFAULT_REGION as well, which the SDK does not. Missing: the region of the profile. */
export const regionOf = (given: string | undefined, environment: Variables): string | undefined =>
  given ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined);

/** Clients with the usual chain of credentials (environment, profile, SSO, …), or those of `profile`. */
export const openClients = ({
  region,
  profile,
}: {
  readonly region?: string;
  readonly profile?: string;
}): AwsClients => {
  const configuration = {
    ...limits,
    logger: silent,
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  return {
    cloudformation: new CloudFormationClient(configuration),
    cloudwatch: new CloudWatchClient(configuration),
    dynamodb: new DynamoDBClient(configuration),
    scheduler: new SchedulerClient(configuration),
    ses: new SESv2Client({ ...configuration, maxAttempts: patientAttempts }),
    sns: new SNSClient(configuration),
    sqs: new SQSClient(configuration),
    ssm: new SSMClient(configuration),
  };
};
