import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';

/** One attempt unless told otherwise, so that a test sees the fault itself and not the SDK's recovery from it. */
const configuration = (endpoint: string, maxAttempts = 1) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts,
});

export const tableClient = (endpoint: string, maxAttempts?: number): DynamoDBClient =>
  new DynamoDBClient(configuration(endpoint, maxAttempts));
export const queueClient = (endpoint: string): SQSClient => new SQSClient(configuration(endpoint));
export const mailClient = (endpoint: string): SESv2Client => new SESv2Client(configuration(endpoint));
