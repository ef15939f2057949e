import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { CfnUserPoolGroup, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Settings } from '#adapters/configuration/settings.ts';

export type SignInProps = {
  readonly api: Settings['api'];
  /** Whether the people survive `cdk destroy`, like the table. */
  readonly keepData: boolean;
};

/** Who may use the API: the issuer that the settings name, or a user pool of our own, into which operators invite people. */
export class SignIn extends Construct {
  readonly authorizer: HttpJwtAuthorizer;
  /** Where tokens come from. Of our own pool: how to find it. */
  readonly outputs: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { api, keepData }: SignInProps) {
    super(scope, id);
    const own = api.issuer === undefined ? this.#makePool(api.operatorGroup, keepData) : undefined;
    const { region, urlSuffix } = Stack.of(this);
    const issuer =
      own === undefined ? (api.issuer ?? '') : `https://cognito-idp.${region}.${urlSuffix}/${own.pool.userPoolId}`;
    this.authorizer = new HttpJwtAuthorizer('Token', issuer, {
      jwtAudience: own === undefined ? [...api.audience] : [own.client.userPoolClientId],
    });
    this.outputs = {
      TokenIssuer: issuer,
      ...(own === undefined ? {} : { UserPoolId: own.pool.userPoolId, UserPoolClientId: own.client.userPoolClientId }),
    };
  }

  #makePool(operatorGroup: string, keepData: boolean): { readonly pool: UserPool; readonly client: UserPoolClient } {
    const pool = new UserPool(this, 'People', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      // A new address counts once it is confirmed; until then the old one does.
      autoVerify: { email: true },
      keepOriginal: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      deletionProtection: keepData,
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const client = pool.addClient('Client', {
      authFlows: { userPassword: true, userSrp: true },
      disableOAuth: true,
      preventUserExistenceErrors: true,
    });
    new CfnUserPoolGroup(this, 'Operators', {
      userPoolId: pool.userPoolId,
      groupName: operatorGroup,
      description: `May see and change everything in ${Stack.of(this).stackName}`,
    });
    Validations.of(pool).acknowledge(
      {
        id: 'AwsSolutions::AwsSolutions-COG2',
        reason: 'A second factor is offered; whoever needs it for everybody names an issuer of their own.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-COG8',
        reason: 'Threat protection costs by user; nobody can sign up by themselves.',
      },
    );
    return { pool, client };
  }
}
