import { Stack, Validations } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ConfigurationSet,
  ConfigurationSetEventDestination,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { WardenFunction } from './warden-function.ts';

export type MailServiceProps = {
  readonly sender: string;
  /** `existing`: SES knows the sender, or its domain, already. Else this stack makes the identity; there is one per region. */
  readonly identity: 'existing' | 'create-address' | 'create-domain';
  readonly listener: IFunction;
  readonly deadLetters: IQueue;
};

const identityOf = (sender: string, identity: 'create-address' | 'create-domain'): Identity =>
  identity === 'create-address' ? Identity.email(sender) : Identity.domain(sender.slice(sender.indexOf('@') + 1));

/**
 * What of SES is ours: a configuration set under which every mail is sent, so that what bounces, is complained about or is
 * rejected comes back to us over EventBridge.
 */
export class MailService extends Construct {
  readonly configurationSet: ConfigurationSet;
  readonly #sender: string;

  constructor(scope: Construct, id: string, { sender, identity, listener, deadLetters }: MailServiceProps) {
    super(scope, id);
    this.#sender = sender;
    if (identity !== 'existing') new EmailIdentity(this, 'Identity', { identity: identityOf(sender, identity) });
    this.configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    const destination = new ConfigurationSetEventDestination(this, 'Events', {
      configurationSet: this.configurationSet,
      // SES tells only the default bus.
      destination: EventDestination.eventBus(EventBus.fromEventBusName(this, 'DefaultBus', 'default')),
      events: [EmailSendingEvent.BOUNCE, EmailSendingEvent.COMPLAINT, EmailSendingEvent.REJECT],
    });
    const rule = new Rule(this, 'Rule', {
      description: 'GPU Warden: mails that came back',
      eventPattern: {
        source: ['aws.ses'],
        detail: { mail: { tags: { 'ses:configuration-set': [this.configurationSet.configurationSetName] } } },
      },
    });
    rule.addTarget(new LambdaTarget(listener, { deadLetterQueue: deadLetters }));
    rule.node.addDependency(destination);
  }

  /**
   * From our sender's address only, and under our configuration set. The identity cannot be named: SES asks for the right to use
   * the sender's, which may be its address or its domain, and in the sandbox also for the one of every recipient.
   */
  allowSending(mailer: WardenFunction<unknown>): void {
    const arnOf = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({ service: 'ses', resource, resourceName });
    mailer.allow(['ses:SendEmail'], arnOf('identity', '*'), { StringEquals: { 'ses:FromAddress': this.#sender } });
    Validations.of(mailer).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*]',
      reason: 'Bound by its condition to our own sender; SES asks for more identities than can be named.',
    });
    mailer.allow(['ses:SendEmail'], arnOf('configuration-set', this.configurationSet.configurationSetName));
  }
}
