import type { RuntimeAddress } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';

/** Which runtimes a warning mail named, kept before it is sent, so that its Keep all link and its bounces can be read. */
export type WarningRecord = {
  readonly mailId: string;
  readonly recipientId: string;
  readonly writtenAt: Instant;
  readonly rows: readonly (RuntimeAddress & {
    readonly name: string;
    readonly episodeId: string;
    readonly deleteAt: Instant;
  })[];
};
