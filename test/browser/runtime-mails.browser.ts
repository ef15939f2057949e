import { mkdir } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderRuntimeMail } from '#adapters/mail/render-runtime-mail.ts';
import type { RuntimeMail } from '#domain/guardrails/runtime-notice.ts';
import { minute } from '#domain/time.ts';
import { linkPages } from '../links/page-samples.ts';
import {
  ana,
  benRow,
  breakerTrouble,
  daily,
  deleted,
  deletedRow,
  fullDay,
  keepAllUrl,
  rearmUrl,
  trouble,
  troubles,
  warning,
  warningRow,
} from '../mail/runtime-samples.ts';
import { settings, writtenAt } from '../mail/samples.ts';

const pictures = 'coverage/pictures';
let browser: Browser;

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  });
});
afterAll(() => browser?.close());

const last = warningRow({ step: 'last', deleteAt: writtenAt + 15 * minute, againBecause: 'somebody asked to keep it' });
const crowd = Array.from({ length: 40 }, (_, place) =>
  benRow({ runtime: { ...ana, name: `runtime-${place + 1}-of-a-team-with-long-names` } }),
);

const mails: readonly (readonly [string, RuntimeMail])[] = [
  ['first warning', warning()],
  ['last warning', warning({ rows: [last] })],
  ['several warnings', warning({ rows: [benRow({ volume: 'unknown' }), last], keepAllUrl })],
  ['many warnings', warning({ rows: crowd, keepAllUrl })],
  ['observed warning', warning({ would: true })],
  ['deleted', deleted()],
  ['several deleted', deleted({ rows: [deletedRow(), deletedRow({ runtime: { ...ana, name: 'cleo-batch' } })] })],
  ['stuck', troubles()],
  ['breaker', troubles({ troubles: [breakerTrouble()], rearmUrl })],
  ['several troubles', troubles({ troubles: [breakerTrouble(), trouble(), trouble({ overAt: writtenAt })], rearmUrl })],
  ['daily', fullDay()],
  ['quiet day', daily()],
];

const looks = {
  desk: { viewport: { width: 1000, height: 800 } },
  phone: { viewport: { width: 375, height: 800 } },
  'dark phone': { viewport: { width: 375, height: 800 }, colorScheme: 'dark' },
} as const;
type Look = keyof typeof looks;

const isTooWide =
  'document.documentElement.scrollWidth > document.documentElement.clientWidth ||' +
  '[...document.querySelectorAll("a,button")].some((each) => each.getBoundingClientRect().right > innerWidth)';

/** Shows each document; gives back those that are wider than the screen. The `pictured` ones are kept as pictures. */
const tooWide = async (
  look: Look,
  documents: readonly (readonly [name: string, html: string])[],
  pictured: (name: string) => boolean,
): Promise<string[]> => {
  const page: Page = await browser.newPage(looks[look]);
  const wide: string[] = [];
  try {
    for (const [name, html] of documents) {
      await page.setContent(html);
      if (await page.evaluate<boolean>(isTooWide)) wide.push(name);
      if (pictured(name)) await page.screenshot({ path: `${pictures}/${name} on a ${look}.png`, fullPage: true });
    }
  } finally {
    await page.close();
  }
  return wide;
};

const renderedMails = mails.map(([name, mail]) => [`mail ${name}`, renderRuntimeMail(mail, settings).html] as const);
const renderedPages = linkPages.map(([name, { body }]) => [`page ${name}`, body] as const);
const looked = new Set(['page keep', 'page keep all', 'page kept some', 'page rearm', 'page recreate refused']);

describe.each(['desk', 'phone', 'dark phone'] as const)('on a %s', (look) => {
  it('every mail can be read without scrolling sideways', async () => {
    expect(await tooWide(look, renderedMails, (name) => name !== 'mail many warnings')).toEqual([]);
  });

  it('every page can be read without scrolling sideways', async () => {
    expect(await tooWide(look, renderedPages, (name) => looked.has(name))).toEqual([]);
  });
});

it('a document that is too wide is noticed', async () => {
  const wide = '<p style="width:2000px">x</p>';
  expect(await tooWide('phone', [['wide', wide]], () => false)).toEqual(['wide']);
});
