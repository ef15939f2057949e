import { describe, expect, test } from 'vitest';
import { renderAvailabilityMail } from '#adapters/mail/render.ts';
import type { AvailabilityMail } from '#domain/notice.ts';
import { hour, minute } from '#domain/time.ts';
import { closed, expired, h100, mail, row, rtx5090, settings, writtenAt } from './samples.ts';

const eight = row({ gpus: 8 });
const rtx = row({ offer: rtx5090 });
const elsewhere = row({ offer: { ...h100, region: 'as-west-2' } });
const gone = row({ window: closed });
const overnight = row({
  gpus: 8,
  window: { state: 'closed', openedAt: writtenAt - 15 * hour, closedAt: writtenAt - 14 * hour },
});
const longAgo = row({
  window: { state: 'closed', openedAt: writtenAt - 49 * hour, closedAt: writtenAt - 48 * hour },
});

const subjects: readonly [string, Partial<AvailabilityMail>][] = [
  ['NVIDIA H100 is available in as-south-1', {}],
  ['8 × NVIDIA H100 are available in as-south-1', { rows: [eight] }],
  ['NVIDIA GeForce RTX 5090 is available in as-south-1', { rows: [rtx] }],
  ['NVIDIA H100 and NVIDIA GeForce RTX 5090 are available in as-south-1', { rows: [row(), rtx] }],
  [
    'NVIDIA H100 in as-south-1 and 8 × NVIDIA H100 in as-west-2 are available',
    { rows: [row(), { ...elsewhere, gpus: 8 }] },
  ],
  ['NVIDIA H100 and 2 more are available in as-south-1', { rows: [row(), rtx, eight] }],
  ['NVIDIA H100 in as-south-1 and 2 more are available', { rows: [row(), rtx, elsewhere] }],
  // What can be rented now comes before what is over.
  ['NVIDIA GeForce RTX 5090 is available in as-south-1', { rows: [gone, rtx], expired: [expired] }],
  ['NVIDIA H100 was available in as-south-1 from 12:05 to 13:15 UTC', { rows: [gone], expired: [expired] }],
  ['8 × NVIDIA H100 were available in as-south-1 from 2 Mar, 23:05 to 3 Mar, 00:05 UTC', { rows: [overnight] }],
  ['NVIDIA H100 was available in as-south-1 from 1 Mar, 13:05 to 14:05 UTC', { rows: [longAgo] }],
  ['NVIDIA H100 was available in as-south-1 from 12:05 to 13:15 UTC, and 1 more', { rows: [gone, overnight] }],
  ['Your watch has expired: any A100, up to $1.20 per GPU-hour', { rows: [], expired: [expired] }],
  ['2 of your watches have expired', { rows: [], expired: [expired, expired] }],
];

describe('subject', () => {
  test.each(subjects)('%s', (subject, changes) => {
    expect(renderAvailabilityMail(mail(changes), settings).subject).toBe(subject);
  });

  test('a model without a vendor stands alone', () => {
    const offer = { ...h100, gpuModel: 'MI300X', gpuVendor: '' };
    expect(renderAvailabilityMail(mail({ rows: [row({ offer })] }), settings).subject).toBe(
      'MI300X is available in as-south-1',
    );
  });

  test('a mail that tells nothing is refused', () => {
    expect(() => renderAvailabilityMail(mail({ rows: [] }), settings)).toThrow(RangeError);
  });

  test('a subject stays short whatever the names are', () => {
    const offer = { ...h100, gpuModel: 'x'.repeat(5_000), region: '𝄞'.repeat(5_000) };
    const { subject } = renderAvailabilityMail(mail({ rows: [row({ offer }), row({ offer })] }), settings);
    expect(subject.length).toBeLessThanOrEqual(200);
    expect(subject.isWellFormed()).toBe(true);
  });

  test('times are those of the settings, and so is the day', () => {
    const window = {
      state: 'closed',
      openedAt: Date.UTC(2026, 2, 3, 18, 0),
      closedAt: Date.UTC(2026, 2, 3, 19, 0),
    } as const;
    const late = mail({ rows: [row({ window })], writtenAt: window.closedAt + minute });
    expect(renderAvailabilityMail(late, { ...settings, timeZone: 'Asia/Kolkata' }).subject).toBe(
      'NVIDIA H100 was available in as-south-1 from 3 Mar, 23:30 to 4 Mar, 00:30 IST',
    );
  });
});
