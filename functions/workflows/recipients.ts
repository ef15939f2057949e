import type { Recipient } from '#domain/recipient.ts';

/** Recipients as they are kept: read with a version, written only over that version (0: not there yet). */
export type RecipientStore = {
  readRecipient(recipientId: string): Promise<{ recipient: Recipient; version: number } | undefined>;
  saveRecipient(recipient: Recipient, version: number): Promise<boolean>;
};

/** A recipient was written by others at every one of our tries. Nothing was changed; trying again later is safe. */
export class RecipientBusyError extends Error {
  override readonly name = 'RecipientBusyError';
}

const mostTries = 8;

/** What was decided of a recipient: what to write (nothing, where it stays as it is), and what came of it. */
export type Decision<Result> = { readonly save?: Recipient; readonly result: Result };

/**
 * Reads a recipient, decides, and writes the decision; when somebody else wrote meanwhile, reads and decides again. The
 * result is that of the decision which was written.
 */
export const decideOnRecipient = async <Result>(
  store: RecipientStore,
  recipientId: string,
  decide: (recipient: Recipient | undefined) => Decision<Result> | Promise<Decision<Result>>,
): Promise<Result> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await store.readRecipient(recipientId);
    const { save, result } = await decide(found?.recipient);
    if (save === undefined || (await store.saveRecipient(save, found?.version ?? 0))) return result;
  }
  throw new RecipientBusyError(`Recipient ${recipientId} could not be written in ${mostTries} tries.`);
};
