import { html } from '#adapters/look/markup.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { createTimeWords } from '#adapters/mail/time-words.ts';
import type { Instant } from '#domain/time.ts';
import { type Page, page } from './page.ts';
import { factList, postForm } from './page-parts.ts';

/** Which address is to be mailed, and by whose wish. */
export type AskedOfAddress = { readonly address: string; readonly askedBy: string };

/** GET of a good link: who asks for what, and a button. Changes nothing. */
export const confirmPage = ({
  address,
  askedBy,
  askedAt,
  timeZone,
}: AskedOfAddress & { readonly askedAt: Instant; readonly timeZone: string }): Page =>
  page(
    200,
    'May GPU Warden mail you alerts?',
    html`<p>Somebody would like GPU Warden to mail you when a GPU that they wait for can be rented.</p>
${factList([
  ['Asked by', oneLine(askedBy)],
  ['To be mailed', oneLine(address)],
  ['Asked at', createTimeWords(timeZone).moment(askedAt)],
])}
<p>They choose what you are told of. Each alert has a link that stops it.</p>
${postForm([
  { name: 'confirm', value: 'yes', words: 'Confirm' },
  { name: 'confirm', value: 'never', words: 'Never ask me again' },
])}
<p class="muted after">Nothing has been changed yet. If you did not expect this, close this page: then nothing comes of it.</p>`,
  );

/** After a POST, the first one and each repeat; and GET after that. */
export const confirmedPage = ({ address, askedBy }: AskedOfAddress): Page =>
  page(
    200,
    'Confirmed',
    html`<p>GPU Warden may mail ${oneLine(address)} when a GPU that ${oneLine(askedBy)} waits for can be rented. Whoever else would like that has to ask you first.</p>
<p class="muted after">Changed your mind? “Stop all my alerts”, behind the link in every alert, takes this back, too.</p>`,
  );

/** After "Never ask me again". */
export const declinedPage = (): Page =>
  page(
    200,
    'Nobody asks you any more',
    html`<p>For a year nobody can have GPU Warden ask you, and whoever could have alerts mailed to you cannot any more. Alerts that are already made end by the link in each of them.</p>`,
  );

/** GET or POST when nobody asks any more: taken back, or stopped. */
export const notAskedPage = (): Page =>
  page(
    200,
    'There is nothing to confirm',
    html`<p>Whoever asked has taken it back, or alerts to this address were stopped since. Nothing has been changed.</p>`,
  );
