/**
 * Limits of every call to AWS. Without them a call that hangs lasts until Lambda ends the function. Three tries of a mail stay
 * well below the 90 s for which its sender holds a claim.
 */
export const clientLimits = {
  maxAttempts: 3,
  // Without the last word the SDK only warns about a call that takes too long, and goes on waiting.
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
};
