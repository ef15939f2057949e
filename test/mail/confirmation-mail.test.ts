import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderConfirmationMail } from '#adapters/mail/render-confirmation.ts';
import type { AskForMail, ConfirmationMail } from '#domain/notice.ts';
import { day, hour } from '#domain/time.ts';
import { collapsed, readable, writtenAt } from './samples.ts';

const confirmUrl = 'https://warden.example.com/confirm?token=1.abc.def';
const ann: AskForMail = { askedBy: 'ann@example.com', askedAt: writtenAt - hour, confirmUrl };
const bob: AskForMail = { askedBy: 'auth0|bob', askedAt: writtenAt, confirmUrl: `${confirmUrl}-bob` };
const render = (asks: ConfirmationMail['asks'] = [ann]) =>
  renderConfirmationMail({ asks, expiresAt: writtenAt + 7 * day }, { timeZone: 'UTC' });
const both = ({ text, html }: { readonly text: string; readonly html: string }) => [collapsed(text), readable(html)];
const tags = (html: string) => html.match(/<[a-z/!][^>]*>/gi);

describe('a mail that asks an address', () => {
  test('says who asks, for what, until when, and that nothing is the answer no', () => {
    for (const part of both(render())) {
      for (const fact of [
        'ann@example.com would like GPU Warden to mail this address',
        'Tue 3 Mar 2026, 13:05 UTC',
        'Valid until Tue 10 Mar 2026, 14:05 UTC',
        'If you did not expect this, do nothing',
        'each alert has a link that stops it',
        'at most once a day',
      ]) {
        expect(part).toContain(fact);
      }
    }
    const { html, text } = render();
    expect(html).toContain(`href="${confirmUrl}"`);
    expect(text).toContain(`: ${confirmUrl}\n`);
  });

  test('has a link of its own for each who asks', () => {
    const mail = render([ann, bob]);
    for (const part of both(mail)) {
      for (const fact of ['Each of the 2 named below', 'ann@example.com', 'auth0|bob']) expect(part).toContain(fact);
    }
    for (const { confirmUrl: url } of [ann, bob]) expect(mail.html).toContain(`href="${url}"`);
    expect(new Set(mail.text.match(/https:\S+/g))).toEqual(new Set([ann.confirmUrl, bob.confirmUrl]));
  });

  test('has a subject without anybody in it, for subjects are logged, and no header to unsubscribe by', () => {
    const { subject, headers } = render([{ ...ann, askedBy: 'x@example.com' }]);
    expect(subject).toBe('May GPU Warden mail you alerts?');
    expect(headers.map(({ name }) => name).sort()).toEqual(['Auto-Submitted', 'X-Auto-Response-Suppress']);
  });

  test('is whole, whoever asks and however many', () => {
    const plain = tags(render([{ ...ann, askedBy: 'plain' }]).html);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (askedBy) => {
        const { html, text } = render([{ ...ann, askedBy }]);
        expect(tags(html)).toEqual(plain);
        expect(text.split('\n')).toHaveLength(render().text.split('\n').length);
      }),
    );
    const long = {
      ...ann,
      askedBy: `${'a'.repeat(64)}@${'b'.repeat(180)}.com`,
      confirmUrl: `${confirmUrl}${'x'.repeat(800)}`,
    };
    const { html } = render([long, ...Array.from({ length: 9 }, () => long)]);
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
    expect(html.split(`href="${long.confirmUrl}"`)).toHaveLength(11);
  });

  test('links to the web alone', () => {
    expect(() => render([{ ...ann, confirmUrl: 'javascript:alert(1)' }])).toThrow(TypeError);
  });
});
