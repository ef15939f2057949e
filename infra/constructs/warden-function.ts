import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { handlerCode } from './handler-code.ts';

/** What all functions of a stage have in common. */
export type FunctionDefaults = {
  /** Path of the settings file, in the project. */
  readonly settingsFile: string;
  readonly logRetention: RetentionDays;
  readonly alarms: Alarms;
};

export type WardenFunctionProps<Environment> = FunctionDefaults & {
  /** The folder in functions/handlers. */
  readonly handler: string;
  /** Exactly the variables that the handler reads. */
  readonly environment: { readonly [Name in keyof Environment]: string };
  readonly memoryMiB: number;
  readonly timeout: Duration;
  /** What becomes of an event that was handed over without waiting for its end; not given where nobody does. */
  readonly events?: { readonly retries: 0 | 2; readonly oldest: Duration; readonly deadLetters?: IQueue };
  /** How many failures are a trouble: all by themselves, or only if they go on. */
  readonly failures: 'each' | 'several-in-a-row';
  /** Who is hurt when it fails. */
  readonly hurts: string;
};

type TableVerb = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

/**
 * One Lambda function with our defaults: its bundle, a role that may write its own log and nothing else until it is allowed to, a
 * log that ends, and an alarm for failed invocations.
 */
export class WardenFunction<Environment> extends Construct {
  readonly function: LambdaFunction;
  readonly handler: string;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: WardenFunctionProps<Environment>) {
    super(scope, id);
    this.handler = props.handler;
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    const { events } = props;
    this.function = new LambdaFunction(this, 'Function', {
      description: `GPU Warden: ${props.handler}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: handlerCode(props.handler, props.settingsFile),
      handler: 'index.handler',
      role: this.#role,
      environment: { ...props.environment },
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...(events === undefined ? {} : { retryAttempts: events.retries, maxEventAge: events.oldest }),
      ...(events?.deadLetters === undefined ? {} : { onFailure: new SqsDestination(events.deadLetters) }),
    });
    this.#addAlarm(props);
  }

  /** Beside the variable that it serves, each permission is asked for by whoever wires the function. */
  allow(actions: readonly string[], resource: string, conditions: PolicyStatement['conditions'] = {}): void {
    this.#role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [resource], conditions }));
  }

  allowTable({ tableArn }: Pick<ITable, 'tableArn'>, verbs: readonly TableVerb[]): void {
    this.allow(
      verbs.map((verb) => `dynamodb:${verb}`),
      tableArn,
    );
  }

  #addAlarm({ alarms, failures, hurts }: WardenFunctionProps<Environment>): void {
    const period = Duration.minutes(failures === 'each' ? 5 : 1);
    const periods = failures === 'each' ? { bad: 1, of: 1 } : { bad: 3, of: 5 };
    alarms.add(`${this.node.id}Fails`, {
      metric: this.function.metricErrors({ period }),
      when: { atLeast: 1 },
      periods,
      hurts,
      article: 'function-fails',
    });
  }
}
