import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import {
  type AnswerCustomResource,
  type CustomResourceOutcome,
  type CustomResourceRequest,
  readCustomResourceRequest,
} from '#adapters/custom-resource.ts';
import type { FirstSecrets, SecretNames } from '#adapters/secrets/first-secrets.ts';
import type { Report } from '#domain/event.ts';
import { second } from '#domain/time.ts';
import type { Environment } from './environment.ts';

/** Everything that the handler is given: its environment, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'PROVIDER_CREDENTIAL_PARAMETER' | 'LINK_KEYS_PARAMETER'>;
  readonly secrets: FirstSecrets;
  readonly answer: AnswerCustomResource;
  readonly report: Report;
};

/** So long before Lambda would end it, it stops working and answers: without an answer CloudFormation waits for minutes. */
const reserve = 15 * second;

/** The id says what the resource made: one with other names is another resource, and the old one is removed after it. */
const idOf = ({ credential, linkKeys }: SecretNames): string => `${credential},${linkKeys}`;

/** What a resource made, by its id; undefined where the id is none of ours, and so nothing was made. */
const madeBy = (id = ''): SecretNames | undefined => {
  const [, credential, linkKeys] = /^(\/[\w./-]+),(\/[\w./-]+)$/.exec(id) ?? [];
  return credential === undefined || linkKeys === undefined ? undefined : { credential, linkKeys };
};

/** The custom resource of CloudFormation that makes the secrets of a stage with the stage, and removes them with it. */
export const createHandler = ({ environment, secrets, answer, report }: Parts) => {
  const names = { credential: environment.PROVIDER_CREDENTIAL_PARAMETER, linkKeys: environment.LINK_KEYS_PARAMETER };

  const act = async ({ RequestType, PhysicalResourceId }: CustomResourceRequest, signal: AbortSignal) => {
    if (RequestType !== 'Delete') return secrets.make(names, signal);
    const made = madeBy(PhysicalResourceId);
    if (made !== undefined) await secrets.remove(made, signal);
  };

  const outcomeOf = async (request: CustomResourceRequest, signal: AbortSignal): Promise<CustomResourceOutcome> => {
    const isDelete = request.RequestType === 'Delete';
    const physicalId = isDelete && request.PhysicalResourceId ? request.PhysicalResourceId : idOf(names);
    try {
      await act(request, signal);
      return { status: 'SUCCESS', physicalId };
    } catch (failure) {
      const reason = String(failure);
      report({ event: 'part-failed', part: 'secrets', because: reason });
      return { status: 'FAILED', physicalId, reason };
    }
  };

  return middy(async (event: unknown, context: Context): Promise<void> => {
    const request = readCustomResourceRequest(event);
    const timeLeft = Math.max(0, context.getRemainingTimeInMillis() - reserve);
    await answer(request, await outcomeOf(request, AbortSignal.timeout(timeLeft)));
  });
};
