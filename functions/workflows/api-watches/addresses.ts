import {
  type Asked,
  type AskedAddress,
  type Asker,
  askedFor,
  confirmationFor,
  type NotAsked,
  withAsked,
  withoutConfirmation,
} from '#domain/confirmation.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import { newRecipient } from '#domain/recipient.ts';
import { suppressionOf } from '#domain/returned-mail.ts';
import { decideOver } from '#workflows/decide-over.ts';
import { type MakeWatchesWorld, markRecipient, recipientIdOf } from '#workflows/make-watches.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';

/** What asking for addresses needs of the world. */
export type AddressesWorld = MakeWatchesWorld & {
  readonly store: {
    readAsked(personId: string): Promise<Versioned<Asked>>;
    saveAsked(personId: string, asked: Asked, version: number): Promise<boolean>;
  };
};

export type Asking =
  | { readonly outcome: 'asked'; readonly asked: AskedAddress }
  | { readonly outcome: 'too-many' | 'takes-no-mail' | NotAsked };

const readAll = async (world: AddressesWorld, personId: string, asked: Asked): Promise<AskedAddress[]> => {
  const now = world.clock();
  const all = await Promise.all(
    Object.keys(asked).map(async (recipientId) => {
      const recipient = (await world.store.readRecipient(recipientId))?.recipient;
      const confirmation = recipient && confirmationFor(recipient, personId, now);
      return recipient && confirmation ? [{ recipientId, address: recipient.address, confirmation }] : [];
    }),
  );
  return all.flat().sort((a, b) => b.confirmation.askedAt - a.confirmation.askedAt);
};

/** What a person has asked for and is still open or has confirmed, the newest first. */
export const addressesOf = async (world: AddressesWorld, personId: string): Promise<readonly AskedAddress[]> =>
  readAll(world, personId, (await world.store.readAsked(personId)).value);

/** Notes that a person asks for an address; false if that is too much. */
const noteAsked = async (world: AddressesWorld, personId: string, recipientId: string): Promise<boolean> => {
  const { store } = world;
  const item = {
    what: `What person ${personId} asked for`,
    read: () => store.readAsked(personId),
    save: (asked: Asked, version: number) => store.saveAsked(personId, asked, version),
  };
  const isNoted = await decideOver(item, async (before) => {
    const all = await readAll(world, personId, before);
    const states = new Map(all.map((one) => [one.recipientId, one.confirmation.state]));
    const asked = withAsked(before, states, recipientId, world.clock());
    return asked === undefined ? { result: false } : { save: asked, result: true };
  });
  return isNoted === true;
};

/**
 * Asks an address whether a person may have watches mailed to it: a mail with a link becomes owed. The person's note and the marker
 * come first, so that a crash leaves a note of nothing, and no mail that is owed and never sent. Asking again changes nothing
 * while that mail is young.
 */
export const askForAddress = async (world: AddressesWorld, asker: Asker, address: string): Promise<Asking> => {
  const { personId } = asker;
  const recipientId = recipientIdOf(world, address);
  if (!(await noteAsked(world, personId, recipientId))) return { outcome: 'too-many' };
  await markRecipient(world, recipientId);
  return decideOnRecipient<Asking>(world.store, recipientId, (known) => {
    const recipient = known ?? newRecipient(recipientId, address);
    if (suppressionOf(recipient) !== undefined) return { result: { outcome: 'takes-no-mail' } };
    const now = world.clock();
    const after = askedFor(recipient, asker, now);
    if (typeof after === 'string') return { result: { outcome: after } };
    const confirmation = confirmationFor(after, personId, now);
    if (confirmation === undefined) return { result: { outcome: 'asked-lately' } };
    const asked = { recipientId, address: recipient.address, confirmation };
    return { ...(after === recipient ? {} : { save: after }), result: { outcome: 'asked', asked } };
  });
};

/**
 * Takes an asking, or what the address said to it, back; false if there is none. Watches made meanwhile stay the address's own. The
 * person's note stays: it counts for a day.
 */
export const withdrawAddress = async (world: AddressesWorld, personId: string, recipientId: string): Promise<boolean> =>
  decideOnRecipient(world.store, recipientId, (recipient) =>
    recipient === undefined || confirmationFor(recipient, personId, world.clock()) === undefined
      ? { result: false }
      : { save: withoutConfirmation(recipient, personId), result: true },
  );
