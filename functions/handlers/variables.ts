import * as z from 'zod/mini';

/** Environment variables that several handlers share, declared once. */
export const tableVariables = {
  /** Name of the DynamoDB table. */
  TABLE_NAME: z.string({ error: 'the name of the table' }),
};

export const metricsVariables = {
  /** CloudWatch namespace of this stage's metrics: alarms of one stage do not see another's. */
  METRICS_NAMESPACE: z.string({ error: "the namespace of this stage's metrics" }),
};

export const queueVariables = {
  /** URL of the queue to send-notice. */
  NOTICE_QUEUE_URL: z.url({ error: 'the URL of the queue of notices' }),
};

export const credentialVariables = {
  /** Personal access token at the provider. */
  PROVIDER_TOKEN: z.string({ error: 'a personal access token of the provider' }),
};

export const linkVariables = {
  /** Public address of our HTTP API, without a trailing slash. */
  LINKS_URL: z.url({ error: 'the http or https address of the links' }),
  /** Keys that sign links, as `version:secret`, separated by commas; the first one signs, all verify. */
  LINK_KEYS: z.string({ error: 'keys as version:secret, separated by commas' }).check(
    z.regex(/^[\w-]{1,16}:[^,:\s]{32,}(,[\w-]{1,16}:[^,:\s]{32,})*$/, {
      error: 'keys as version:secret, separated by commas, each secret of at least 32 characters',
    }),
  ),
};

/** The keys in `LINK_KEYS`. */
export const linkKeysOf = (linkKeys: string): { version: string; secret: string }[] =>
  linkKeys.split(',').map((key) => {
    const [version = '', secret = ''] = key.split(':');
    return { version, secret };
  });
