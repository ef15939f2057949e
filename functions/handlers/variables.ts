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

export const deadLetterVariables = {
  /** URL of the queue of notices that could not be sent. */
  NOTICE_DEAD_LETTER_QUEUE_URL: z.url({ error: 'the URL of the dead-letter queue of notices' }),
  /** URL of the queue of events that no function took. */
  EVENT_DEAD_LETTER_QUEUE_URL: z.url({ error: 'the URL of the dead-letter queue of events' }),
};

export const credentialVariables = {
  /** Name of the parameter that holds the provider's credential. */
  PROVIDER_CREDENTIAL_PARAMETER: z.string({ error: "the name of the parameter with the provider's credential" }),
};

export const linkKeysVariables = {
  /** Name of the parameter that holds the keys which sign links. */
  LINK_KEYS_PARAMETER: z.string({ error: 'the name of the parameter with the keys that sign links' }),
};

export const linkVariables = {
  ...linkKeysVariables,
  /** Public address of our HTTP API, without a trailing slash. */
  LINKS_URL: z.url({ error: 'the http or https address of the links' }),
};

export const mailVariables = {
  /** Name of the configuration set at SES that tells of bounces and complaints. */
  CONFIGURATION_SET: z.string({ error: 'the name of the configuration set of the mails' }),
};
