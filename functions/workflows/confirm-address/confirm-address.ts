import {
  type Confirmation,
  confirmationFor,
  confirmationWaits,
  confirmedFor,
  declinedFor,
  neverHolds,
} from '#domain/confirmation.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { decideOnRecipient, type RecipientStore } from '#workflows/recipients.ts';

/** Everything that the link for confirming needs of the world. */
export type ConfirmAddressWorld = {
  readonly store: RecipientStore;
  readonly clock: () => Instant;
  readonly report: Report;
};

/** `expiresAt`: of the link, which tells when it was written. */
type Link = { readonly recipientId: string; readonly personId: string; readonly expiresAt: Instant };

const writtenAt = ({ expiresAt }: Link): Instant => expiresAt - confirmationWaits;

/** Who may have which address mailed, or asks for it. */
export type AskedOf = { readonly address: string; readonly confirmation: Confirmation };

/** What a link is about; undefined where nobody asks any more. Changes nothing. */
export const viewConfirmation = async (world: ConfirmAddressWorld, link: Link): Promise<AskedOf | undefined> => {
  const { recipientId, personId } = link;
  const recipient = (await world.store.readRecipient(recipientId))?.recipient;
  const now = world.clock();
  const isGood = recipient !== undefined && confirmedFor(recipient, personId, now, writtenAt(link)) !== undefined;
  const confirmation = isGood ? confirmationFor(recipient, personId, now) : undefined;
  return recipient && confirmation && { address: recipient.address, confirmation };
};

/** Lets the person of the link have the address mailed; undefined where nobody asks any more. Safe to repeat. */
export const confirmAddress = async (world: ConfirmAddressWorld, link: Link): Promise<AskedOf | undefined> => {
  const { recipientId, personId } = link;
  const { isNew, ...said } = await decideOnRecipient<{ isNew: boolean; asked?: AskedOf }>(
    world.store,
    recipientId,
    (recipient) => {
      const now = world.clock();
      const after = recipient && confirmedFor(recipient, personId, now, writtenAt(link));
      const confirmation = after && confirmationFor(after, personId, now);
      if (after === undefined || confirmation === undefined) return { result: { isNew: false } };
      const asked = { address: after.address, confirmation };
      return after === recipient
        ? { result: { isNew: false, asked } }
        : { save: after, result: { isNew: true, asked } };
    },
  );
  if (isNew) world.report({ event: 'address-confirmed', recipientId, personId });
  return said.asked;
};

/** Nobody asks the address for a year; whoever may have it mailed may not any more. Safe to repeat. */
export const declineAsking = (world: ConfirmAddressWorld, { recipientId }: Pick<Link, 'recipientId'>): Promise<void> =>
  decideOnRecipient(world.store, recipientId, (recipient) =>
    recipient === undefined
      ? { result: undefined }
      : { save: declinedFor(recipient, world.clock(), neverHolds), result: undefined },
  );
