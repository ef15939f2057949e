import type { LinkFactsOf } from '#adapters/links.ts';
import { confirmedPage, confirmPage, declinedPage, notAskedPage } from '#adapters/pages/confirm.ts';
import type { Page } from '#adapters/pages/page.ts';
import {
  type ConfirmAddressWorld,
  confirmAddress,
  declineAsking,
  viewConfirmation,
} from '#workflows/confirm-address/confirm-address.ts';
import type { LinkRequest } from './runtime-pages.ts';

export type ConfirmWorld = ConfirmAddressWorld & { readonly timeZone: string };

/** The link with which an address lets somebody have watches mailed to it. */
export const answerConfirm = async (
  world: ConfirmWorld,
  link: LinkFactsOf['confirm'],
  { acts, form }: LinkRequest,
): Promise<Page> => {
  if (acts && new URLSearchParams(form).get('confirm') === 'never') {
    await declineAsking(world, link);
    return declinedPage();
  }
  const asked = acts ? await confirmAddress(world, link) : await viewConfirmation(world, link);
  if (asked === undefined) return notAskedPage();
  const { address, confirmation } = asked;
  const { askedBy, askedAt } = confirmation;
  return confirmation.state === 'confirmed'
    ? confirmedPage({ address, askedBy })
    : confirmPage({ address, askedBy, askedAt, timeZone: world.timeZone });
};
