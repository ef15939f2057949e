/**
 * Where the SDK's clients look for AWS credentials when they are bundled for Lambda, in place of the usual chain: there they stand
 * in the environment, always. The chain's other links (files, SSO, containers) would be a twelfth of every bundle.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
