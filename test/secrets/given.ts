import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { onTestFinished } from 'vitest';
import type { SecretsParts } from '#adapters/secrets/open-secrets.ts';
import { readParameter } from '#adapters/secrets/read-parameter.ts';
import type { WardenEvent } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { account, region, startParameterStore } from './parameter-store.ts';

export const noon: Instant = Date.UTC(2026, 10, 2, 12);
export const credentialName = '/gpu-warden-test/provider-credential';
export const keysName = '/gpu-warden-test/link-keys';

/** A stage's secrets over a store of parameters, with a clock that tests move, and every event that is told. */
export const startSecrets = async () => {
  const store = await startParameterStore();
  const dynamodb = new DynamoDBClient({ region, credentials: account });
  const time = { now: noon };
  const clock = () => time.now;
  const events: WardenEvent[] = [];
  const waits: number[] = [];
  onTestFinished(async () => {
    dynamodb.destroy();
    await store.close();
  });
  return {
    store,
    access: dynamodb.config,
    time,
    clock,
    events,
    waits,
    pass: (milliseconds: number): void => {
      time.now += milliseconds;
    },
    secrets: {
      access: dynamodb.config,
      variables: { AWS_ENDPOINT_URL_SSM: store.endpoint },
      clock,
      report: (event) => events.push(event),
    } satisfies SecretsParts,
    read: (name: string) =>
      readParameter(
        {
          access: dynamodb.config,
          endpoint: store.endpoint,
          sleep: async (milliseconds) => void waits.push(milliseconds),
        },
        name,
      ),
  };
};

/** What work fails with. */
export const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => {
      if (error instanceof Error) return error;
      throw error;
    },
  );
