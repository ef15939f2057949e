import * as z from 'zod/mini';
import { resourcesOf, type Template } from './stage.ts';

const listOf = z.union([z.array(z.string()), z.string()]);
const statementShape = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: listOf,
  Resource: z.optional(listOf),
  Principal: z.optional(z.union([z.string(), z.record(z.string(), listOf)])),
  Condition: z._default(z.record(z.string(), z.record(z.string(), z.unknown())), {}),
});

/** A statement of a policy; `where`: the resource in the template that it is written in. */
export type Statement = {
  readonly where: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Whom it is about, in a policy that is not somebody's own: `Service:lambda.amazonaws.com`, `AWS:*`. */
  readonly principals: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const many = (one: string | readonly string[] = []): readonly string[] => (typeof one === 'string' ? [one] : one);

const read = (
  where: string,
  { Effect, Action, Resource, Principal, Condition }: z.output<typeof statementShape>,
): Statement => ({
  where,
  effect: Effect,
  actions: many(Action),
  resources: many(Resource),
  principals:
    typeof Principal === 'string'
      ? [Principal]
      : Object.entries(Principal ?? {}).flatMap(([kind, names]) => many(names).map((name) => `${kind}:${name}`)),
  conditions: Condition,
});

const document = z.object({ Statement: z.array(statementShape) });
const withDocument = z.object({ PolicyDocument: document });
const role = z.object({
  AssumeRolePolicyDocument: document,
  Policies: z.optional(z.unknown()),
  ManagedPolicyArns: z.optional(z.unknown()),
});

const statementsIn = (template: Template, type: string): readonly Statement[] =>
  resourcesOf(template, type, withDocument).flatMap(({ id, is }) =>
    is.PolicyDocument.Statement.map((statement) => read(id, statement)),
  );

/** What the roles of a template may do. */
export const roleStatements = (template: Template): readonly Statement[] => statementsIn(template, 'AWS::IAM::Policy');

/** What others may do with the resources of a template. */
export const resourceStatements = (template: Template): readonly Statement[] =>
  ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'].flatMap((type) => statementsIn(template, type));

/** Who may act in the roles of a template. */
export const trustStatements = (template: Template): readonly Statement[] =>
  resourcesOf(template, 'AWS::IAM::Role', role).flatMap(({ id, is }) =>
    is.AssumeRolePolicyDocument.Statement.map((statement) => read(id, statement)),
  );
