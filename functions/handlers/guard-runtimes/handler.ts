import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { minuteOfDay } from '#adapters/configuration/time-of-day.ts';
import { digest, newId } from '#adapters/identity.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import { type Instant, second } from '#domain/time.ts';
import { guardRuntimes } from '#workflows/guard-runtimes/guard-runtimes.ts';
import type { GuardSettings, GuardWorld } from '#workflows/guard-runtimes/world.ts';
import { longestRunFor } from '#workflows/runs.ts';
import type { Environment } from './environment.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly announce: GuardWorld['announce'];
  readonly provider: GuardWorld['provider'];
  readonly missingCredential: GuardWorld['missingCredential'];
  readonly clock: () => Instant;
  readonly sleep: GuardWorld['sleep'];
  readonly chance: () => number;
  readonly report: Report;
};

/** A run stops working so long before Lambda would end it, to record what it did. */
const reserve = 5 * second;

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
  const { clock } = given;
  const world: GuardWorld = {
    ...given,
    store: createGuardStore(createTable(dynamodb, environment.TABLE_NAME)),
    newId,
    digest,
  };
  const rules = guardSettingsOf(settings, guardRulesOf(settings));
  const longestRun = longestRunFor(settings.runs.leaseSeconds * second);
  return middy(async (_event: unknown, context: Context): Promise<void> => {
    const timeLeft = Math.min(longestRun, context.getRemainingTimeInMillis() - reserve);
    const run = {
      holder: newId(),
      deadline: clock() + timeLeft,
      signal: AbortSignal.timeout(Math.max(0, timeLeft)),
    };
    await guardRuntimes(world, run, rules);
  });
};
