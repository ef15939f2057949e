import { describe, expect, test } from 'vitest';
import { renderAvailabilityMail } from '#adapters/mail/render.ts';
import { expired, h100, mail, readable, row, settings } from './samples.ts';

const gmailCutsAt = 100_000;
const offers = (count: number) =>
  Array.from({ length: count }, (_, place) => row({ offer: { ...h100, region: `as-south-${place + 1}` } }));
const bytes = (html: string) => Buffer.byteLength(html);

describe('size of the HTML part', () => {
  test.each([1, 5, 6, 50, 200, 2_000])('with %i rows it is not cut, and the way out is in it', (count) => {
    const { html, text } = renderAvailabilityMail(mail({ rows: offers(count) }), settings);
    expect(bytes(html)).toBeLessThan(gmailCutsAt);
    expect(html).toContain('Stop these alerts');
    expect(html).toContain('</html>');
    expect(text).toContain(`NVIDIA H100 in as-south-${count}\n`);
  });

  test('50 rows keep every fact in HTML', () => {
    const { html } = renderAvailabilityMail(mail({ rows: offers(50) }), settings);
    const words = readable(html);
    for (const fact of [
      '4 GPUs free',
      '$1.99 per GPU-hour',
      '(3 min ago)',
      'Usually lasts: 42 min',
      '80 GiB VRAM',
      'this watch is done',
    ]) {
      expect(words.split(fact).length - 1, fact).toBeGreaterThanOrEqual(50);
    }
    expect(words).toContain('NVIDIA H100 in as-south-50');
  });

  test('200 rows are all named in HTML', () => {
    const words = readable(renderAvailabilityMail(mail({ rows: offers(200) }), settings).html);
    for (const { offer } of offers(200)) expect(words).toContain(`NVIDIA H100 in ${offer.region} : $1.99`);
    expect(words).toContain('the plain-text part of this mail has every detail');
  });

  test('what is left out is counted', () => {
    const { html } = renderAvailabilityMail(mail({ rows: offers(2_000) }), settings);
    const shown = html.split('<b>NVIDIA H100 in').length - 1;
    expect(shown).toBeGreaterThanOrEqual(20);
    expect(html).toContain(`and ${2_000 - shown} more`);
  });

  test('neither hostile names nor thousands of watches get it over the limit', () => {
    const long = '"'.repeat(10_000);
    const rows = Array.from({ length: 300 }, () =>
      row({ offer: { ...h100, gpuModel: long, gpuVendor: 'v'.repeat(999), region: long, configId: long } }),
    );
    const watches = Array.from({ length: 5_000 }, () => ({ words: long, next: 'stays' }) as const);
    const expiries = Array.from({ length: 5_000 }, () => expired);
    for (const crowd of [
      mail({ rows }),
      mail({ rows: [row({ watches })] }),
      mail({ expired: expiries }),
      mail({ rows: [], expired: expiries }),
    ]) {
      const { html } = renderAvailabilityMail(crowd, settings);
      expect(bytes(html)).toBeLessThan(gmailCutsAt);
      expect(html).toContain('Stop these alerts');
    }
  });
});
