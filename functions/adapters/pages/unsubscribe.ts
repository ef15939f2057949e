import { html, type Markup } from '#adapters/look/markup.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import type { UnsubscribeScope } from '#domain/notice.ts';
import { type Page, page } from './page.ts';

/**
 * What a POST to an unsubscribe link asks for. A mail program's one-click request (RFC 8058, body
 * `List-Unsubscribe=One-Click`) knows no scope and means the mail at hand, so `these` is the answer to everything but `all`.
 *
 * @param body the request's body, `application/x-www-form-urlencoded`
 */
export const unsubscribeScope = (body: string): UnsubscribeScope =>
  new URLSearchParams(body).get('scope') === 'all' ? 'all' : 'these';

/** GET of a good link: what would be stopped, and two buttons. Changes nothing. @param watches in words */
export const unsubscribePage = (watches: readonly string[]): Page =>
  page(
    200,
    'Stop these alerts?',
    html`<p>The mail told you about ${watches.length === 1 ? 'this watch' : 'these watches'}. Once stopped, you will not be told again.</p>
${list(watches)}
${form(true)}
<p class="muted after">Nothing has been changed yet. You can close this page to keep your alerts.</p>`,
  );

/** After a POST: what was stopped. @param watches in words, those that this request ended */
export const stoppedPage = (scope: UnsubscribeScope, watches: readonly string[]): Page =>
  page(
    200,
    scope === 'all' ? 'All your alerts are stopped' : 'These alerts are stopped',
    html`<p>You will not be told again about:</p>
${list(watches)}
${scope === 'these' && form(false)}
<p class="muted after">Changed your mind? Whoever runs GPU Warden for you can add the watch again.</p>`,
  );

/** GET or POST when nothing is left to stop: done before, or told once and over. */
export const alreadyStoppedPage = (scope: UnsubscribeScope): Page =>
  page(
    200,
    'Already stopped',
    html`<p>${scope === 'all' ? 'You have no alerts left.' : 'The watches that this mail named are over or were stopped before.'} There is nothing to do.</p>
${scope === 'these' && form(false)}`,
  );

const list = (watches: readonly string[]): Markup =>
  html`<ul>${watches.map((words) => html`<li>${oneLine(words)}</li>\n`)}</ul>`;

// No action: the form goes to the page's own address, so the token is not written into the page.
const form = (these: boolean): Markup => html`<form method="post">
${these && html`<button type="submit" name="scope" value="these">Stop these alerts</button>`}
<button type="submit" name="scope" value="all" class="second">Stop all my alerts</button>
</form>`;
