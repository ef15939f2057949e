import { mkdir } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '#adapters/identity.ts';
import { renderAvailabilityMail } from '#adapters/mail/render.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import { askedFor } from '#domain/confirmation.ts';
import type { AvailabilityMail } from '#domain/notice.ts';
import { newRecipient } from '#domain/recipient.ts';
import { realClock } from '#local/clock.ts';
import { startHttpFront } from '#local/http-front.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { linkIn } from '#local/link-event.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from '../availability/world.ts';
import { creation, mail as sample, settings } from '../mail/samples.ts';

const pictures = 'coverage/pictures';
let engines: TestEngines;
let world: World;
let browser: Browser;
let front: Awaited<ReturnType<typeof startHttpFront>>;

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  });
  engines = await startEngines();
  world = await startWorld(engines, { watches: [{ to: 'ada@example.com', region, configId: h100, notify: 'every' }] });
  front = await startHttpFront({
    handler: (event, context) => world.system().links(event, context),
    functionName: 'links',
    clock: realClock(),
    onFailure: (error) => {
      throw error;
    },
  });
  await world.step();
  world.show(4);
  await world.step();
});
afterAll(async () => {
  await browser?.close();
  await front?.close();
  await world?.close();
  await engines?.close();
});

const withPage = async (options: Parameters<Browser['newPage']>[0], visit: (page: Page) => Promise<void>) => {
  const page = await browser.newPage(options);
  try {
    await visit(page);
  } finally {
    await page.close();
  }
};

const phone = { viewport: { width: 375, height: 800 } };
const looks = [
  ['a desk', { viewport: { width: 1100, height: 900 } }],
  ['a phone', phone],
  ['a phone in the dark', { ...phone, colorScheme: 'dark' }],
] as const;

const scrollsSideways = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe.each(looks)('on %s', (name, options) => {
  it('the mail can be read without scrolling sideways', async () => {
    const [mail] = await world.mails();
    await withPage(options, async (page) => {
      await page.setContent(mail?.html ?? '');
      for (const fact of ['NVIDIA H100', '4 GPUs free', '$1.99', 'Stop these alerts']) {
        expect(await page.getByText(fact).filter({ visible: true }).count(), fact).toBeGreaterThan(0);
      }
      expect(await scrollsSideways(page)).toBe(false);
      await page.screenshot({ path: `${pictures}/mail on ${name}.png`, fullPage: true });
    });
  });
});

const news: [string, AvailabilityMail][] = [
  [
    'created',
    sample({
      rows: [],
      creations: [
        creation({
          news: { state: 'created', project: 'prj-9', name: 'ann-train-a1b2c3', runtimeId: 'rt-1', usdPerHour: 3.98 },
        }),
      ],
    }),
  ],
  [
    'not created, and an alert',
    sample({
      creations: [
        creation({
          news: { state: 'held', because: 'it costs $3.98 an hour; the limit is $3.00 (creating.maxUsdPerHour)' },
        }),
      ],
    }),
  ],
];

describe.each(looks)('what came of a creation, on %s', (look, options) => {
  it.each(news)('%s', async (what, mail) => {
    const { html } = renderAvailabilityMail(mail, settings);
    await withPage(options, async (page) => {
      await page.setContent(html);
      expect(await page.getByText('Available since').first().isVisible()).toBe(true);
      expect(await scrollsSideways(page)).toBe(false);
      await page.screenshot({ path: `${pictures}/creation, ${what}, on ${look}.png`, fullPage: true });
    });
  });
});

it('the inbox page lists the mail, and shows it as a person would see it', async () => {
  await withPage({ viewport: { width: 1280, height: 1250 } }, async (page) => {
    await page.goto(engines.inbox.url);
    await page.getByText('NVIDIA H100 is available in as-south-1').first().waitFor();
    await page.getByRole('button', { name: 'Toggle HTML view' }).click();
    const mail = page.frameLocator('iframe');
    expect(await mail.getByRole('link', { name: 'Rent it in the console' }).isVisible()).toBe(true);
    await page.screenshot({ path: `${pictures}/inbox.png` });
  });
});

it('the unsubscribe link opens a page that changes nothing, whose button stops the alerts', async () => {
  const [mail] = await world.mails();
  const link = new URL(/https:\/\/links\.example\.com\S+/.exec(mail?.text ?? '')?.[0] ?? '');
  await withPage(phone, async (page) => {
    await page.goto(`${front.url}${link.pathname}${link.search}`);
    await page.screenshot({ path: `${pictures}/unsubscribe.png`, fullPage: true });
    expect(await scrollsSideways(page)).toBe(false);
    await page.reload();
    await page.getByRole('button', { name: 'Stop these alerts' }).click();
    expect(await page.getByRole('heading').textContent()).toBe('These alerts are stopped');
    await page.screenshot({ path: `${pictures}/stopped.png`, fullPage: true });
    await page.goto(`${front.url}${link.pathname}${link.search}`);
    expect(await page.getByRole('heading').textContent()).toBe('Already stopped');
  });
});

describe('an address that is asked whether it may be mailed', () => {
  const team = 'team@example.com';
  const asksOf = async () => (await world.mails()).find(({ to }) => to === team);
  beforeAll(async () => {
    const { dynamodb } = world.system();
    const store = createRecipientStore(tableOver(dynamodb, world.tableName));
    const asked = newRecipient(digest(team), team);
    const ann = { personId: digest('ann'), askedBy: 'ann@example.com' };
    const owed = askedFor(asked, ann, world.clock.now());
    await store.saveRecipient(typeof owed === 'string' ? asked : owed, 0);
    const message = sqsEvent([JSON.stringify({ recipientId: asked.id })]);
    await world.system().sendNotice(message, lambdaContext({ functionName: 'send-notice' }));
  });

  it.each(looks)('can read its mail on %s without scrolling sideways', async (name, options) => {
    const mail = await asksOf();
    await withPage(options, async (page) => {
      await page.setContent(mail?.html ?? '');
      for (const fact of ['ann@example.com', 'do nothing', 'Look at it and confirm']) {
        expect(await page.getByText(fact).filter({ visible: true }).count(), fact).toBeGreaterThan(0);
      }
      expect(await scrollsSideways(page)).toBe(false);
      await page.screenshot({ path: `${pictures}/confirmation mail on ${name}.png`, fullPage: true });
    });
  });

  it('finds a page behind the link that changes nothing, whose button confirms', async () => {
    const link = new URL(linkIn((await asksOf())?.text ?? '', 'confirm'));
    await withPage(phone, async (page) => {
      await page.goto(`${front.url}${link.pathname}${link.search}`);
      expect(await page.getByText(team).isVisible()).toBe(true);
      expect(await scrollsSideways(page)).toBe(false);
      await page.screenshot({ path: `${pictures}/confirm.png`, fullPage: true });
      await page.reload();
      await page.getByRole('button', { name: 'Confirm' }).click();
      expect(await page.getByRole('heading').textContent()).toBe('Confirmed');
      await page.screenshot({ path: `${pictures}/confirmed.png`, fullPage: true });
      await page.reload();
      expect(await page.getByRole('heading').textContent()).toBe('Confirmed');
    });
  });
});
