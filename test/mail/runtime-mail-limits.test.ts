import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderRuntimeMail } from '#adapters/mail/render-runtime-mail.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { RuntimeMail, ToldRuntime } from '#domain/guardrails/runtime-notice.ts';
import {
  ana,
  benRow,
  daily,
  deleted,
  deletedRow,
  entry,
  evidence,
  keepAllUrl,
  rearmUrl,
  trouble,
  troubles,
  warning,
  warningRow,
} from './runtime-samples.ts';
import { settings, writtenAt } from './samples.ts';

const named = (words: string): ToldRuntime => ({
  project: words,
  id: words,
  name: words,
  region: words,
  gpuModel: words,
  gpuConfigId: words,
  gpus: 2,
});

/** Every word of a mail that comes from outside, replaced; of each kind of mail one. */
const mailsOf = (words: string): readonly RuntimeMail[] => {
  const rule = { ...warningRow().rule, policy: words };
  const row = warningRow({ runtime: named(words), rule, againBecause: words });
  const acted = (act: LedgerEntry['act']) =>
    entry(act, { runtime: named(words), because: words, who: { kind: 'rule', policy: words } });
  const exemption = { about: words, until: 'forever', because: words, by: 'api' } as const;
  return [
    warning({ rows: [row] }),
    warning({ rows: [row, benRow({ runtime: named(words) })], keepAllUrl }),
    deleted({ rows: [deletedRow({ runtime: named(words), because: words })] }),
    troubles({ troubles: [trouble({ about: words, because: words }), trouble({ overAt: writtenAt, about: words })] }),
    daily({
      entries: [acted('deleted'), acted('spared'), acted('reported')],
      observing: [{ runtime: named(words), evidence, since: 0 }],
      troubles: [trouble({ about: words, because: words })],
      exemptions: [exemption],
      endingSoon: [exemption],
    }),
  ];
};

const hostile = fc
  .array(
    fc.constantFrom(
      '\r\n',
      '\n',
      '\0',
      '\u2028',
      '\u202e',
      "'",
      '"',
      '<',
      '>',
      '&',
      '\\',
      'Bcc: a@b.c',
      '<a href=x>',
      '-->',
      '</style>',
      '//',
      'x',
    ),
    { maxLength: 12 },
  )
  .map((parts) => `x${parts.join('')}`);
const tags = (html: string) => html.match(/<[a-z/!][^>]*>/gi);
const rendered = (words: string) => mailsOf(words).map((mail) => renderRuntimeMail(mail, settings));

describe('words from outside', () => {
  test('never change a tag, start a line or leave a control character', () => {
    const plain = rendered('plain');
    const lines = (text: string) => text.split(/[\r\n\u2028\u2029\v\f]/).length;
    fc.assert(
      fc.property(hostile, (words) => {
        for (const [place, { subject, text, html }] of rendered(words).entries()) {
          expect(tags(html)).toEqual(tags(plain[place]?.html ?? ''));
          expect(lines(text)).toBe(lines(plain[place]?.text ?? ''));
          expect(subject).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(subject.length).toBeLessThanOrEqual(200);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('an id cannot end the text that exempts it', () => {
    const { text } = renderRuntimeMail(
      warning({ rows: [warningRow({ runtime: { ...ana, id: "a\\'}],b: [{" } })] }),
      settings,
    );
    expect(text).toContain(String.raw`exemptions: [{ id: 'a\\\'}],b: [{', until: 'forever' }],`);
  });

  test.each([
    ['keep', () => warning({ rows: [warningRow({ keepUrl: 'javascript:alert(1)' })] })],
    ['keep all', () => warning({ rows: [warningRow(), benRow()], keepAllUrl: 'data:text/html,x' })],
    ['re-arm', () => troubles({ troubles: [trouble({ kind: 'breaker' })], rearmUrl: 'javascript:x' })],
    ['create again', () => deleted({ rows: [deletedRow({ recreate: { url: 'ftp://x', until: 1 } })] })],
  ])('an address to %s is a web address', (_what, mail) => {
    expect(() => renderRuntimeMail(mail(), settings)).toThrow(TypeError);
  });
});

const gmailCutsAt = 100_000;
const bytes = (html: string) => Buffer.byteLength(html);
const longUrl = `https://warden.example.com/keep?token=${'k'.repeat(800)}`;

describe('size of the HTML part', () => {
  test.each([1, 2, 15, 40, 200, 1_000])(
    'a warning of %i runtimes is not cut, and the text part has them all',
    (count) => {
      const rows = Array.from({ length: count }, (_, place) => warningRow({ runtime: { ...ana, name: `r${place}.` } }));
      const { html, text } = renderRuntimeMail(warning({ rows, keepAllUrl }), settings);
      expect(bytes(html)).toBeLessThan(gmailCutsAt);
      expect(html).toContain('</html>');
      expect(html).toContain(`href="${keepAllUrl}"`);
      expect(html).toContain('You get this mail because');
      for (const { runtime } of rows) expect(text).toContain(`${runtime.name} (1 × H200 in as-south-1)`);
      expect(text.split('&for=1d').length - 1).toBe(count);
    },
  );

  test('100 runtimes are all named in HTML, each with its time and a Keep link', () => {
    const rows = Array.from({ length: 100 }, (_, place) => warningRow({ runtime: { ...ana, name: `r${place}.` } }));
    const { html } = renderRuntimeMail(warning({ rows, keepAllUrl }), settings);
    for (const { runtime } of rows) expect(html).toContain(`<b>${runtime.name} (1 × H200 in as-south-1)</b>`);
    expect(html.split('will be deleted at 14:45 UTC').length - 1).toBe(100);
    expect(html.split('/keep?token=').length - 1).toBe(100);
  });

  test('the longest links and hostile names do not get it over the limit', () => {
    const long = named('"'.repeat(5_000));
    const because = '"'.repeat(5_000);
    const many = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);
    const acts = ['deleted', 'spared', 'kept', 'closed', 'would-delete'] as const;
    const crowds: readonly RuntimeMail[] = [
      warning({
        rows: many(500, () => warningRow({ runtime: long, keepUrl: longUrl, againBecause: because })),
        keepAllUrl,
      }),
      deleted({ rows: many(500, () => deletedRow({ runtime: long, because, recreate: { url: longUrl, until: 1 } })) }),
      troubles({ troubles: many(500, () => trouble({ about: because, because })), rearmUrl }),
      daily({
        entries: acts.flatMap((act) => many(300, () => entry(act, { runtime: long, because }))),
        observing: many(300, () => ({ runtime: { ...long, id: 'other' }, evidence, since: 0 })),
        troubles: many(300, () => trouble({ about: because, because })),
        exemptions: many(300, () => ({ about: because, until: 'forever' as const, because, by: 'api' as const })),
        endingSoon: many(300, () => ({ about: because, until: 0, because, by: 'api' as const })),
      }),
    ];
    for (const crowd of crowds) {
      const { html } = renderRuntimeMail(crowd, settings);
      expect(bytes(html), crowd.kind).toBeLessThan(gmailCutsAt);
      expect(html).toContain('You get this mail');
    }
  });

  test('a daily mail of five crowded sections stays below it with all 60 lines, in text and HTML', () => {
    const entries = (['deleted', 'spared', 'kept', 'reported', 'would-delete'] as const).flatMap((act) =>
      Array.from({ length: 80 }, () => entry(act)),
    );
    const { html, text } = renderRuntimeMail(daily({ entries }), settings);
    expect(bytes(html)).toBeLessThan(gmailCutsAt);
    expect(bytes(text)).toBeLessThan(gmailCutsAt);
    expect(text.split('and 20 more').length - 1).toBe(5);
  });
});

describe('form', () => {
  test('every layout table is hidden from screen readers, the language is said, and dark mode is known', () => {
    for (const { html } of rendered('plain')) {
      expect(html.match(/<table(?! role="presentation")/g)).toBeNull();
      expect(html).toContain('<html lang="en"');
      expect(html).toContain('@media (prefers-color-scheme:dark)');
      expect(html).not.toMatch(/<script|<link|<img/);
    }
  });
});
