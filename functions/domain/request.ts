import type { Instant } from './time.ts';

/**
 * One of the account's own requests "mail me when it becomes available" at the provider. It carries no address.
 * Source: `GET /api/v1beta1/inventory/gpu/notify-availability`.
 */
export type NotificationRequest = {
  readonly id: string;
  readonly region: string;
  readonly configId: string;
  /** As the provider says it: `pending`, `notified`, `cancelled` or a word never seen before. */
  readonly status: string;
  readonly createdAt?: Instant;
  readonly notifiedAt?: Instant;
};
