import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Environment } from '#handlers/prepare-secrets/environment.ts';
import { type FunctionDefaults, WardenFunction } from './warden-function.ts';

/**
 * The provider's credential and the keys that sign links: two encrypted parameters of Systems Manager, which cost nothing, where
 * two secrets of Secrets Manager would cost $0.80 a month. CloudFormation cannot make encrypted parameters and would show what it
 * is given: a function makes them, with the stack, and takes them away with it. It never overwrites one.
 */
export class Secrets extends Construct {
  readonly credentialParameter: string;
  readonly linkKeysParameter: string;
  readonly preparer: WardenFunction<Environment>;

  constructor(scope: Construct, id: string, defaults: FunctionDefaults & { readonly metricsNamespace: string }) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    this.credentialParameter = `/${stackName}/provider-credential`;
    this.linkKeysParameter = `/${stackName}/link-keys`;
    this.preparer = new WardenFunction<Environment>(this, 'PrepareSecrets', {
      ...defaults,
      handler: 'prepare-secrets',
      environment: {
        METRICS_NAMESPACE: defaults.metricsNamespace,
        PROVIDER_CREDENTIAL_PARAMETER: this.credentialParameter,
        LINK_KEYS_PARAMETER: this.linkKeysParameter,
      },
      memoryMiB: 256,
      timeout: Duration.seconds(30),
      failures: 'each',
      hurts: 'Whoever deploys: the secrets of this stage could not be made or removed.',
    });
    for (const parameter of [this.credentialParameter, this.linkKeysParameter]) {
      this.preparer.allow(['ssm:PutParameter', 'ssm:DeleteParameters'], this.#arnOf(parameter));
    }
    new CustomResource(this, 'Parameters', {
      resourceType: 'Custom::WardenSecrets',
      serviceToken: this.preparer.function.functionArn,
      serviceTimeout: Duration.minutes(2),
      properties: { Credential: this.credentialParameter, LinkKeys: this.linkKeysParameter },
    }).node.addDependency(this.preparer);
  }

  allowCredential(reader: WardenFunction<unknown>): void {
    reader.allow(['ssm:GetParameter'], this.#arnOf(this.credentialParameter));
  }

  allowLinkKeys(reader: WardenFunction<unknown>): void {
    reader.allow(['ssm:GetParameter'], this.#arnOf(this.linkKeysParameter));
  }

  #arnOf(parameter: string): string {
    return Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName: parameter.slice(1) });
  }
}
