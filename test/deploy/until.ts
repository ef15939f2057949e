import { setTimeout as wait } from 'node:timers/promises';

/** What was waited for did not come to be. */
export class NotInTimeError extends Error {
  override readonly name = 'NotInTimeError';
}

export type Patience = {
  readonly withinSeconds: number;
  readonly everySeconds: number;
  /** Says why it will never be. */
  readonly unless?: () => string | undefined;
};

/** Looks again and again from outside, for want of anything that would tell; gives what it saw at last. */
export const until = async <Seen>(
  what: string,
  look: () => Promise<Seen | undefined>,
  { withinSeconds, everySeconds, unless }: Patience,
): Promise<Seen> => {
  const endsAt = performance.now() + withinSeconds * 1_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    const never = unless?.();
    if (never !== undefined) throw new NotInTimeError(`${what}: never, for ${never}`);
    if (performance.now() > endsAt) throw new NotInTimeError(`${what}: not within ${withinSeconds} s`);
    await wait(everySeconds * 1_000);
  }
};
