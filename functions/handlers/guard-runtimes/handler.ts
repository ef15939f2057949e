import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { minuteOfDay } from '#adapters/configuration/time-of-day.ts';
import { digest } from '#adapters/identity.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import { type RunParts, runWithin } from '#handlers/run.ts';
import { guardRuntimes } from '#workflows/guard-runtimes/guard-runtimes.ts';
import type { GuardSettings, GuardWorld } from '#workflows/guard-runtimes/world.ts';
import type { Environment } from './environment.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = RunParts & {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly announce: GuardWorld['announce'];
  readonly provider: GuardWorld['provider'];
  readonly missingCredential: GuardWorld['missingCredential'];
  readonly sleep: GuardWorld['sleep'];
  readonly chance: () => number;
  readonly report: Report;
};

const guardSettingsOf = (settings: Settings, rules: GuardRules): GuardSettings => ({
  rules,
  projects: settings.provider.projects,
  callsAtOnce: settings.provider.callsAtOnce,
  callsPerSecond: settings.provider.callsPerSecond,
  sampleOffsetSeconds: settings.guardrails.sampleOffsetSeconds,
  dailyMailMinute: minuteOfDay(settings.guardrails.dailyMailAt),
});

/** The Lambda function behind the minute's schedule. The event carries nothing that the run needs. */
export const createHandler = ({ environment, settings, dynamodb, ...given }: Parts) => {
  const world: GuardWorld = {
    ...given,
    store: createGuardStore(createTable(dynamodb, environment.TABLE_NAME)),
    digest,
  };
  const rules = guardSettingsOf(settings, guardRulesOf(settings));
  return middy(async (_event: unknown, context: Context): Promise<void> => {
    await guardRuntimes(world, runWithin(given, settings.runs.leaseSeconds, context), rules);
  });
};
