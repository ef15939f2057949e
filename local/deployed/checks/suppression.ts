import { GetSuppressedDestinationCommand } from '@aws-sdk/client-sesv2';
import { digest } from '#adapters/identity.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import type { Undeliverable } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, notLookedAt, ok, warning } from './finding.ts';
import { type Addressee, addresseesIn, unlessUnknown } from './mail-facts.ts';
import { ago } from './time.ts';
import type { DeployedWorld } from './world.ts';

/** What is known about mails to an address: on SES's own list since, and what we remember ourselves. */
export type Delivery = {
  readonly onList?: { readonly reason: string; readonly at: Instant };
  readonly undeliverable?: Undeliverable;
};

/** SES answers about one a second. */
const mostAsked = 5;

/** Whether mails to an address are held back, by SES or by us. The operator's are the last resort of everything. */
export const judgeDelivery = (
  { address, setting }: Pick<Addressee, 'address' | 'setting'>,
  { onList, undeliverable }: Delivery,
  { stage, awsOptions: { flags } }: Pick<DeployedWorld, 'stage' | 'awsOptions'>,
  now: Instant,
): Judgement => {
  const listed = onList && `SES sends nothing to ${address} (${setting}): ${onList.reason}, ${ago(onList.at, now)}`;
  const own =
    undeliverable &&
    `GPU Warden writes no more to ${address} (${setting}), decided ${ago(undeliverable.since, now)}: ${oneLine(undeliverable.because, 200)}`;
  const seen = [listed, own].filter((line) => line !== undefined);
  if (seen.length === 0) return ok();
  const judge = setting === 'mail.operator' ? broken : warning;
  return judge(seen, {
    words: 'Mend the mailbox, then have it written to again:',
    command: `npm run unsuppress -- --stage ${stage} --address ${address}${flags}`,
  });
};

/** What we remember of an address; nothing where the stack does not say where that stands. */
const rememberedOf = async (facts: Facts, address: string): Promise<Undeliverable | undefined> => {
  const { outputs } = await facts.neededStack().catch(() => ({ outputs: new Map<string, string>() }));
  if (!outputs.has('TableName')) return undefined;
  const known = await createRecipientStore(await facts.table()).readRecipient(digest(address.toLowerCase()));
  return known?.recipient.undeliverable;
};

const deliveryOf = async (facts: Facts, address: string): Promise<Delivery> => {
  const ses = await facts.ses();
  const answer = await unlessUnknown(ses.send(new GetSuppressedDestinationCommand({ EmailAddress: address })));
  const listed = answer?.SuppressedDestination;
  const undeliverable = await rememberedOf(facts, address);
  return {
    ...(listed === undefined
      ? {}
      : { onList: { reason: listed.Reason ?? 'no reason given', at: listed.LastUpdateTime?.getTime() ?? 0 } }),
    ...(undeliverable === undefined ? {} : { undeliverable }),
  };
};

/** Asks about the operator and a few others whom the settings name, one after the other. */
export const lookAtSuppression = async (facts: Facts): Promise<Judgement> => {
  const all = addresseesIn(await facts.neededSettings()).filter(({ pattern }) => !pattern);
  const asked = all.slice(0, mostAsked);
  const judged: Judgement[] = [];
  for (const addressee of asked) {
    const delivery = await deliveryOf(facts, addressee.address);
    judged.push(judgeDelivery(addressee, delivery, facts, facts.clock()));
  }
  const { verdict, seen, doThis } = joined(judged);
  if (asked.length === 0) return notLookedAt('the settings name nobody');
  const which = asked.length < all.length ? `the first ${asked.length} of ${all.length} addresses` : 'every address';
  const whole = verdict === 'ok' ? [`${which} in the settings may be written to`] : [];
  return { verdict, seen: [...whole, ...seen], doThis };
};
