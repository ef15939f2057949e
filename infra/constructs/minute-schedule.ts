import { Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export type MinuteScheduleProps = { readonly target: IFunction; readonly deadLetters: IQueue };

/**
 * Calls a function every minute, on the minute, without a second try: a late look is worth less than the next one. What could not
 * be handed over at all is a dead letter.
 */
export class MinuteSchedule extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, { target, deadLetters }: MinuteScheduleProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const scheduler = new ServicePrincipal('scheduler.amazonaws.com', {
      // No schedule of another account makes the service act in this role.
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    });
    const role = new Role(this, 'Role', { assumedBy: scheduler });
    const allow = (action: string, resource: string) =>
      role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: [action], resources: [resource] }));
    allow('lambda:InvokeFunction', target.functionArn);
    allow('sqs:SendMessage', deadLetters.queueArn);
    const schedule = new CfnSchedule(this, 'Schedule', {
      description: `GPU Warden: ${id}, every minute`,
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: target.functionArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: deadLetters.queueArn },
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: Duration.minutes(1).toSeconds() },
      },
    });
    // Else the first minutes are refused, for want of the policy.
    schedule.node.addDependency(role);
    this.name = schedule.ref;
  }
}
