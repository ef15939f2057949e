import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as z from 'zod/mini';
import { account, arnOf } from './resolve.ts';
import { resourcesOf, type Template } from './stage.ts';

/** What is asked of AWS: an action on a resource, with what AWS knows of the circumstances. */
export type Asked = {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
};

const attached = z.object({ PolicyDocument: z.unknown(), Roles: z.array(z.string()) });

/** The policies of a role, by the name or ARN that it has in an account. */
const policiesOf = (template: Template, role: string) =>
  resourcesOf(template, 'AWS::IAM::Policy', attached).flatMap(({ id, is }) =>
    is.Roles.some((name) => role === name || role.endsWith(`role/${name}`))
      ? [{ name: id, policy: is.PolicyDocument }]
      : [],
  );

/** The question is none: there is no such action, or it is not about such a resource. */
export class NotSimulatedError extends Error {
  override readonly name = 'NotSimulatedError';
}

/** Whether AWS would let a role do it, evaluated offline. @throws NotSimulatedError */
export const isAllowed = async (
  template: Template,
  role: string,
  { action, resource, context }: Asked,
): Promise<boolean> => {
  const answer = await runSimulation(
    {
      request: {
        principal: arnOf('iam', `role/${role.split('/').at(-1)}`, ''),
        action,
        resource: { resource, accountId: account.id },
        contextVariables: { 'aws:SecureTransport': 'true', ...context },
      },
      identityPolicies: policiesOf(template, role),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === 'error') throw new NotSimulatedError(`${action} on ${resource}: ${answer.errors.message}`);
  return answer.overallResult === 'Allowed';
};
