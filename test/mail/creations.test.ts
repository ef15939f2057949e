import { describe, expect, test } from 'vitest';
import { renderAvailabilityMail } from '#adapters/mail/render.ts';
import type { CreationNews } from '#domain/creating/watch-creation.ts';
import { minute } from '#domain/time.ts';
import { creation, mail, readable, row, settings } from './samples.ts';

const created = {
  state: 'created',
  project: 'prj-9',
  name: 'ann-train-a1b2c3',
  runtimeId: 'rt-1',
  usdPerHour: 3.98,
} as const;

const rendered = (...news: CreationNews[]) =>
  renderAvailabilityMail(mail({ rows: [], creations: news.map((one) => creation({ news: one })) }), settings);

describe('a mail of what came of a creation alone', () => {
  const table: [CreationNews, subject: string, pill: string, words: string[]][] = [
    [
      created,
      'ann-train-a1b2c3 was created: 2 × NVIDIA H100 in as-south-1',
      'Created',
      ['rt-1', 'prj-9', '$3.98 per hour', 'bills from Running on', 'Nothing more is created'],
    ],
    [
      { state: 'refused', because: 'createRuntime: the provider answered 409: 0 available', last: false },
      'Not created: the provider refused 2 × NVIDIA H100 in as-south-1',
      'Not created',
      ['0 available', 'rent it yourself', 'tries again'],
    ],
    [
      { state: 'refused', because: 'no such template', last: true },
      'Not created: the provider refused 2 × NVIDIA H100 in as-south-1',
      'Not created',
      ['no such template', 'nothing is created for this watch any more'],
    ],
    [
      { state: 'held', because: 'it costs $3.98 an hour; the limit is $3.00 (creating.maxUsdPerHour)' },
      'Not created, held back: 2 × NVIDIA H100 in as-south-1',
      'Not created',
      ['creating.maxUsdPerHour', 'make room'],
    ],
    [
      { state: 'unclear', name: 'ann-train-a1b2c3' },
      'No clear answer yet: was ann-train-a1b2c3 created?',
      'Not clear yet',
      ['ann-train-a1b2c3', 'does not ask a second time'],
    ],
    [
      { state: 'missed' },
      'Not created: 2 × NVIDIA H100 in as-south-1 was gone again',
      'Not created',
      ['tries again', '$1.99 per GPU-hour'],
    ],
  ];
  test.each(table)('%j', (news, subject, pill, words) => {
    const { subject: given, text, html } = rendered(news);
    expect(given).toBe(subject);
    const page = readable(html);
    expect(page).toContain(pill);
    for (const part of [...words, 'any H100 in as-south-1', 'https://console.example.com/gpus']) {
      expect(text.replace(/\s+/g, ' ')).toContain(part);
      if (!part.startsWith('https:')) expect(page).toContain(part);
    }
  });
});

test('what was created comes before what can be rented, in the subject and in the mail', () => {
  const both = mail({
    rows: [row()],
    creations: [creation({ news: { state: 'missed' } }), creation({ news: created })],
  });
  const { subject, text, html } = renderAvailabilityMail(both, settings);
  expect(subject).toContain('ann-train-a1b2c3 was created');
  expect(text.indexOf('ann-train-a1b2c3')).toBeLessThan(text.indexOf('4 GPUs free'));
  expect(readable(html)).toContain('Rent it in the console');
});

test('what was not created leaves the subject to what can be rented', () => {
  const both = mail({ creations: [creation({ news: { state: 'held', because: 'too much' } })] });
  expect(renderAvailabilityMail(both, settings).subject).toBe('NVIDIA H100 is available in as-south-1');
});

test('a watch that creates says so in its alert', () => {
  const alert = mail({ rows: [row({ watches: [{ words: 'any H100', next: 'creates' }] })] });
  expect(renderAvailabilityMail(alert, settings).text).toContain('any H100: GPU Warden creates your runtime now');
});

test('words of the provider and of people never become markup, and stay short', () => {
  const because = `<script>alert(1)</script>${'x'.repeat(5_000)}`;
  const hostile = creation({ words: '<b>x</b>', news: { state: 'refused', because, last: false } });
  const { html, text } = renderAvailabilityMail(mail({ rows: [], creations: [hostile] }), settings);
  expect(html).not.toContain('<script>');
  expect(html).not.toContain('<b>x</b>');
  expect(text.length).toBeLessThan(3_000);
});

test('a crowd of them stays below the size at which mails are cut', () => {
  const many = Array.from({ length: 200 }, (_, count) =>
    creation({ openedAt: count * minute, news: { ...created, name: `ann-train-${count}`, runtimeId: `rt-${count}` } }),
  );
  const { html, text } = renderAvailabilityMail(mail({ rows: [], creations: many }), settings);
  expect(Buffer.byteLength(html)).toBeLessThan(100_000);
  expect(text).toContain('ann-train-199');
});
