import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmedPage, confirmPage } from '#adapters/pages/confirm.ts';
import { errorPage } from '#adapters/pages/link-faults.ts';
import type { Page } from '#adapters/pages/page.ts';
import { alreadyStoppedPage, stoppedPage, unsubscribePage, unsubscribeScope } from '#adapters/pages/unsubscribe.ts';

const watches = ['any H100 in as-south-1', '8 × A100, up to $1.20 per GPU-hour'];
const theseButton = 'name="scope" value="these"';
const allButton = 'name="scope" value="all"';

type Expected = { readonly status: number; readonly says: readonly string[]; readonly buttons: readonly string[] };
const pages: readonly (readonly [string, Page, Expected])[] = [
  [
    'asked',
    unsubscribePage(watches),
    { status: 200, says: [...watches, 'Nothing has been changed yet'], buttons: [theseButton, allButton] },
  ],
  [
    'these stopped',
    stoppedPage('these', watches),
    { status: 200, says: ['These alerts are stopped', ...watches], buttons: [allButton] },
  ],
  [
    'all stopped',
    stoppedPage('all', watches),
    { status: 200, says: ['All your alerts are stopped', ...watches], buttons: [] },
  ],
  [
    'these already stopped',
    alreadyStoppedPage('these'),
    { status: 200, says: ['Already stopped'], buttons: [allButton] },
  ],
  ['all already stopped', alreadyStoppedPage('all'), { status: 200, says: ['no alerts left'], buttons: [] }],
];

describe.each(pages)('page: %s', (_name, { status, body }, expected) => {
  test('says what it is for and offers what can be done', () => {
    expect(status).toBe(expected.status);
    for (const words of expected.says) expect(body).toContain(words);
    for (const button of [theseButton, allButton])
      expect(body.includes(button), button).toBe(expected.buttons.includes(button));
    expect(body.includes('<form method="post">')).toBe(expected.buttons.length > 0);
  });
});

describe('unsubscribing', () => {
  test.each([
    ['List-Unsubscribe=One-Click', 'these'],
    ['scope=these', 'these'],
    ['scope=all', 'all'],
    ['a=b&scope=all', 'all'],
    ['', 'these'],
    ['scope=ALL', 'these'],
    ['scope=these&scope=all', 'these'],
  ])('%j means %s', (body, scope) => {
    expect(unsubscribeScope(body)).toBe(scope);
  });

  test('one watch is one', () => {
    expect(unsubscribePage(['any H100']).body).toContain('this watch');
  });

  test('words of a watch never become markup', () => {
    const tags = (words: string) => unsubscribePage([words]).body.match(/<[a-z/!][^>]*>/gi);
    const plain = tags('plain');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (words) => {
        expect(tags(words)).toEqual(plain);
      }),
    );
    expect(unsubscribePage(['<script>alert(1)</script>']).body).toContain('&lt;script&gt;');
    expect(errorPage('<img src=x>').body).not.toContain('<img');
  });

  test('whoever asks for an address never becomes markup', () => {
    const tags = (words: string) =>
      confirmPage({ address: words, askedBy: words, askedAt: 0, timeZone: 'UTC' }).body.match(/<[a-z/!][^>]*>/gi);
    const plain = tags('plain');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (words) => {
        expect(tags(words)).toEqual(plain);
      }),
    );
    expect(confirmedPage({ address: '<img>', askedBy: '<b>' }).body).not.toMatch(/<(img|b)>/);
  });

  test('words of a watch cannot turn the reading direction or flood the page', () => {
    for (const make of [unsubscribePage, (words: string[]) => stoppedPage('these', words)]) {
      expect(make(['any \u202eH100\n in as-south-1']).body).toContain('<li>any H100 in as-south-1</li>');
      expect(make(['x'.repeat(50_000)]).body.length).toBeLessThan(10_000);
    }
  });
});
