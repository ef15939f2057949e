import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keepAllPage, keepChoiceOf, keepPage, keptPage } from '#adapters/pages/keep.ts';
import { errorPage } from '#adapters/pages/link-faults.ts';
import type { Page } from '#adapters/pages/page.ts';
import { recreatedPage, recreatePage } from '#adapters/pages/recreate.ts';
import { alreadyStoppedPage, stoppedPage, unsubscribePage } from '#adapters/pages/unsubscribe.ts';
import { day } from '#domain/time.ts';
import { again, ana, choices, linkPages, now, timeZone } from './page-samples.ts';

type Expected = {
  readonly status: number;
  readonly says: readonly string[];
  /** `name=value` of each button, in this order. */
  readonly buttons: readonly string[];
};

const expected: Readonly<Record<string, Expected>> = {
  keep: {
    status: 200,
    says: ['Keep ana-notebook?', '1 × H200 in as-south-1', 'Tue 3 Mar 2026, 20:15 IST', 'Nothing has been changed yet'],
    buttons: ['for=1d', 'for=4h', 'for=7d'],
  },
  'kept before': {
    status: 200,
    says: ['ana-notebook is kept already', 'Wed 4 Mar 2026, 19:35 IST'],
    buttons: ['for=4h', 'for=1d', 'for=7d'],
  },
  'keep all': {
    status: 200,
    says: [
      'Keep these 2 runtimes?',
      'ana-notebook (1 × H200 in as-south-1): will be deleted Tue 3 Mar 2026, 20:15 IST',
      'ben-train-8x (8 × H200 in as-south-1): kept until Wed 4 Mar 2026, 19:35 IST',
    ],
    buttons: ['for=4h', 'for=1d', 'for=7d'],
  },
  kept: { status: 200, says: ['ana-notebook is kept', 'Tue 3 Mar 2026, 23:35 IST', 'It bills on'], buttons: [] },
  'kept some': {
    status: 200,
    says: ['2 runtimes are kept', 'Not kept:', 'ben-train-8x (8 × H200 in as-south-1): it is being deleted'],
    buttons: [],
  },
  'in use again': { status: 200, says: ['In use again', 'counted anew', 'nothing to do'], buttons: [] },
  deleting: { status: 409, says: ['cannot be called back', 'Create it again'], buttons: [] },
  gone: { status: 410, says: ['It is gone', 'Create it again'], buttons: [] },
  'keep limit': { status: 400, says: ['It cannot be kept for so long'], buttons: ['for=4h', 'for=1d'] },
  'keep never': { status: 400, says: ['do not allow a link to keep it any longer', 'What to do'], buttons: [] },
  rearm: {
    status: 200,
    says: [
      '7 of 9 runtimes',
      'from 19:30 to 19:34 IST',
      'are deleted, each after its warnings',
      'Nothing has been changed yet',
    ],
    buttons: ['go=on'],
  },
  rearmed: { status: 200, says: ['GPU Warden goes on'], buttons: [] },
  'not open': { status: 200, says: ['Nothing is stopped'], buttons: [] },
  confirm: {
    status: 200,
    says: [
      'May GPU Warden mail you alerts?',
      'ann@example.com',
      'team@example.com',
      'Tue 3 Mar 2026, 19:35 IST',
      'Nothing has been changed yet',
    ],
    buttons: ['confirm=yes', 'confirm=never'],
  },
  confirmed: {
    status: 200,
    says: ['Confirmed', 'team@example.com', 'ann@example.com', 'Stop all my alerts'],
    buttons: [],
  },
  declined: { status: 200, says: ['Nobody asks you any more', 'For a year'], buttons: [] },
  'not asked': { status: 200, says: ['nothing to confirm', 'Nothing has been changed'], buttons: [] },
  recreate: {
    status: 200,
    says: [
      'Create ana-notebook again?',
      '1 × gpu-h200-141g-20cpu-192g',
      'gpu-h200-on-demand-1h',
      'tpl-jupyterlab-pytorch',
      'a new network volume of 100 GB',
      'A new volume is not the old one',
      'SSH keys',
      'Tue 10 Mar 2026, 19:35 IST',
      'Create it again — $2.39 per hour',
    ],
    buttons: ['create=again'],
  },
  'recreate refused': {
    status: 200,
    says: ['refused the last try: no capacity in as-south-1'],
    buttons: ['create=again'],
  },
  recreated: { status: 200, says: ['ana-notebook-k3x9qa is made', 'rt-9b1', 'makes no second one'], buttons: [] },
  unclear: { status: 202, says: ['ana-notebook-k3x9qa', 'in some minutes', 'not made twice'], buttons: [] },
  'recreation expired': { status: 410, says: ['7 days', 'What to do'], buttons: [] },
  'not recreatable': { status: 409, says: ['did not tell its config, plan', 'What to do'], buttons: [] },
  expired: { status: 410, says: ['has expired', 'What to do', 'newest mail'], buttons: [] },
  malformed: { status: 400, says: ['not complete', 'What to do'], buttons: [] },
  forged: { status: 403, says: ['has been changed', 'What to do'], buttons: [] },
  error: { status: 500, says: ['failed on our side', 'What to do', 'req-7'], buttons: [] },
};

const buttonsOf = (body: string) =>
  [...body.matchAll(/<button type="submit" name="(\w+)" value="(\w+)"/g)].map(([, name, value]) => `${name}=${value}`);

test('every page is expected to say something', () => {
  expect(linkPages.map(([name]) => name)).toEqual(Object.keys(expected));
});

describe.each(linkPages)('page: %s', (name, { status, body }) => {
  test('says what it is for and offers what can be done', () => {
    expect(status).toBe(expected[name]?.status);
    for (const words of expected[name]?.says ?? []) expect(body).toContain(words);
    expect(buttonsOf(body)).toEqual(expected[name]?.buttons);
    expect(body.includes('<form method="post">')).toBe(buttonsOf(body).length > 0);
  });

  test('links to nothing', () => {
    expect(body).not.toMatch(/<a |href=|\saction=/);
  });
});

const everyPage: readonly (readonly [string, Page])[] = [
  ...linkPages,
  ['unsubscribe', unsubscribePage(['any H100'])],
  ['stopped', stoppedPage('these', ['any H100'])],
  ['already stopped', alreadyStoppedPage('all')],
];

describe.each(everyPage)('page: %s', (_name, { headers, body }) => {
  test('may not be framed, kept, sniffed or passed on', () => {
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  test('its policy allows its own style, its own form and nothing else', () => {
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']?.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(body).not.toMatch(/<script|<link|<img|\sstyle=|\son[a-z]+=/);
  });
});

describe('the choice of a keep', () => {
  test.each([
    ['for=4h', '4h'],
    ['token=1.a.b&for=1d', '1d'],
    ['for=7d&for=4h', '7d'],
    ['for=8d', undefined],
    ['for=7D', undefined],
    ['for=', undefined],
    ['', undefined],
    ['for=constructor', undefined],
  ])('%j means %s', (form, choice) => {
    expect(keepChoiceOf(form, choices)).toBe(choice);
  });

  test('one that the mail named but the rules allow no more is not offered', () => {
    const { body } = keepPage({ runtime: ana, choices: ['4h'], preselected: '7d', timeZone });
    expect(buttonsOf(body)).toEqual(['for=4h']);
  });

  test('the one that the mail named stands out, and no other', () => {
    const { body } = keepPage({ runtime: ana, choices, preselected: '7d', timeZone });
    expect(body.match(/value="\w+"(?= class="second")/g)).toEqual(['value="4h"', 'value="1d"']);
  });
});

test('a price that is not known is said so', () => {
  const { usdPerHour: _, ...unpriced } = again();
  expect(recreatePage(unpriced).body).toContain('Create it again — price not known');
});

test('words from outside never become markup', () => {
  const tagsOf = (words: string) => {
    const runtime = { ...ana, name: words, id: words, region: words, gpuModel: words };
    const recreatable = again({
      name: words,
      gpuConfigId: words,
      planId: words,
      region: words,
      template: words,
      volume: words,
      refusedBecause: words,
    });
    const pages = [
      keepPage({ runtime, choices, timeZone }),
      keepAllPage({ runtimes: [{ runtime }], choices, timeZone }),
      keptPage({ runtimes: [runtime], until: now + day, timeZone, notKept: [{ runtime, because: 'it is gone' }] }),
      recreatePage(recreatable),
      recreatedPage({ name: words, runtimeId: words }),
      errorPage(words),
    ];
    return pages.map(({ body }) => body.match(/<[a-z/!][^>]*>/gi));
  };
  const plain = tagsOf('plain');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (words) => {
      expect(tagsOf(`x${words}`)).toEqual(plain);
    }),
  );
  expect(tagsOf('x"><script>alert(1)</script>')).toEqual(plain);
});
