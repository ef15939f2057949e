import { html } from '#adapters/look/markup.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { type Page, page } from './page.ts';

/** A genuine link whose time is over. */
export const expiredLinkPage = (): Page =>
  page(
    410,
    'This link has expired',
    html`<p>For your safety the links in our mails work for a limited time only. Nothing has been changed.</p>
<p><b>What to do:</b> open the newest mail from GPU Warden about this and use the link there. If there is no newer one, there is nothing left to do with it.</p>`,
  );

/** A link that is cut off (400), or that we did not sign for this purpose (403). */
export const invalidLinkPage = (because: 'malformed' | 'forged'): Page =>
  page(
    because === 'malformed' ? 400 : 403,
    'This link does not work',
    html`<p>${
      because === 'malformed'
        ? 'It is not complete. Mail programs sometimes break a long link in two.'
        : 'It has been changed on its way, or it is very old.'
    } Nothing has been changed.</p>
<p><b>What to do:</b> open the newest mail from GPU Warden and click the link there, or copy the whole link into the address bar. If it still does not work, write to whoever runs GPU Warden for you.</p>`,
  );

/** Something failed on our side. @param requestId what the log has it under */
export const errorPage = (requestId?: string): Page =>
  page(
    500,
    'That did not work',
    html`<p>Something failed on our side, and we cannot say whether anything was changed.</p>
<p><b>What to do:</b> open the link again in a minute. Doing it twice does no harm.</p>
${requestId !== undefined && html`<p class="muted">If you write to whoever runs GPU Warden for you, name this request: ${oneLine(requestId)}</p>`}`,
  );
