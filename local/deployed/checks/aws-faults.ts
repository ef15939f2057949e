import { oneLine } from '#adapters/look/one-line.ts';
import { broken, type Judgement, type Step } from './finding.ts';

/** How commands are to be typed so that they meet the same account and region: ` --region eu-central-1 --profile ops`, or nothing. */
export type AwsOptions = { readonly flags: string; readonly profile?: string };

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const expired = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|ExpiredTokenError)$/;
const unknownKeys =
  /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature.*|NotAuthorized)$/;
const denied =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|Unauthorized|Forbidden)$/;
const throttled = /thrott|TooManyRequests|RequestLimitExceeded|SlowDown/i;
const unreachable = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE)$/;

type Fault = { readonly seen: string; readonly step: Step };

const credentialsFault = (error: unknown, { profile }: AwsOptions): Fault | undefined => {
  const login = profile === undefined ? 'aws sso login' : `aws sso login --profile ${profile}`;
  const words = wordsOf(error);
  if (expired.test(nameOf(error)) || /expired|sso session/i.test(words)) {
    return {
      seen: `the AWS credentials have expired: ${words}`,
      step: { words: 'Sign in again, with SSO for instance:', command: login },
    };
  }
  if (nameOf(error) === 'CredentialsProviderError') {
    const where = profile === undefined ? '' : ` in profile ${profile}`;
    return {
      seen: `there are no AWS credentials${where}: ${words}`,
      step: {
        words:
          'Name the profile that has them, with --profile NAME or in AWS_PROFILE, or sign in, with SSO for instance:',
        command: login,
      },
    };
  }
  if (unknownKeys.test(nameOf(error))) {
    return {
      seen: `AWS does not accept these credentials (${nameOf(error)}): ${words}`,
      step: {
        words: 'See who you are; then choose another profile, with --profile NAME or in AWS_PROFILE:',
        command: 'aws sts get-caller-identity',
      },
    };
  }
  return undefined;
};

/** What keeps every call from being answered, whatever it asks for. */
const commonFault = (error: unknown, options: AwsOptions): Fault | undefined => {
  const words = wordsOf(error);
  if (/region is missing/i.test(words)) {
    return {
      seen: 'no AWS region is set',
      step: { words: 'Name the region of the stack, with --region or in AWS_REGION.' },
    };
  }
  if (unreachable.test(codeOf(error)) || /^(TimeoutError|TooLate)$/.test(nameOf(error))) {
    return {
      seen: `AWS cannot be reached: ${words || codeOf(error)}`,
      step: { words: 'Look at the network, at the proxy, and whether the region is spelled right.' },
    };
  }
  return credentialsFault(error, options);
};

/** Whether a failure is of a kind that every other call to AWS would meet too. */
export const isCommonFault = (error: unknown): boolean => commonFault(error, { flags: '' }) !== undefined;

const faultOf = (error: unknown, options: AwsOptions): Fault => {
  const words = wordsOf(error);
  const common = commonFault(error, options);
  if (common !== undefined) return common;
  if (denied.test(nameOf(error))) {
    return {
      seen: `these AWS credentials may not look at it (${nameOf(error)}): ${words}`,
      step: { words: 'Use credentials that may; npm run doctor -- --help lists what is needed.' },
    };
  }
  if (throttled.test(nameOf(error))) {
    return { seen: `AWS was asked too often (${nameOf(error)})`, step: { words: 'Ask again in a minute.' } };
  }
  return {
    seen: `${nameOf(error)}: ${words}`,
    step: { words: 'Ask again; if it stays, look at https://health.aws.amazon.com and at the words above.' },
  };
};

/** What a call to AWS that failed means, and what to do about it. */
export const awsFault = (error: unknown, options: AwsOptions): Judgement => {
  const { seen, step } = faultOf(error, options);
  return broken(oneLine(seen, 500), step);
};
