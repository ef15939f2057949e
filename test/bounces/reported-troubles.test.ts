import { describe, expect, test } from 'vitest';
import { renderRuntimeMail } from '#adapters/mail/render-runtime-mail.ts';
import {
  emptyDesk,
  type FoundTrouble,
  isDue,
  type OperatorDesk,
  withoutTrouble,
  withReported,
  withTold,
  withTroubles,
} from '#domain/guardrails/trouble.ts';
import { day, hour, minute } from '#domain/time.ts';
import { daily, trouble, troubles } from '../mail/runtime-samples.ts';
import { collapsed, readable, settings, writtenAt } from '../mail/samples.ts';

const start = Date.UTC(2026, 10, 2, 9);
const found = (changes: Partial<FoundTrouble> = {}): FoundTrouble => ({
  key: 'suppressed#r-ada',
  kind: 'suppressed',
  since: start,
  about: 'ada@example.com',
  because: 'a mail to it bounced for good',
  ...changes,
});
const reported = withReported(emptyDesk, found(), start);
const keys = (desk: OperatorDesk) => Object.keys(desk.troubles);

describe('a trouble that the mail service tells of', () => {
  test('is told once, at once, and stands although no look finds it', () => {
    let desk = withTroubles(reported, [], start + minute);
    expect(Object.values(desk.troubles).map((one) => isDue(one, start + minute))).toEqual([true]);
    desk = withTold(desk, keys(desk), start + minute);
    for (let at = start + hour; at < start + 7 * day; at += hour) {
      desk = withTroubles(desk, [], at);
      expect(Object.values(desk.troubles).map((one) => isDue(one, at))).toEqual([false]);
    }
    expect(keys(withTroubles(desk, [], start + 7 * day))).toEqual([]);
  });

  test('told again, or told too late, changes nothing', () => {
    expect(withReported(reported, found({ since: start + hour, because: 'again' }), start + hour)).toBe(reported);
    expect(withReported(emptyDesk, found(), start + 7 * day)).toBe(emptyDesk);
  });

  test('goes when somebody has mended it; another one stays', () => {
    const two = withReported(reported, found({ key: 'mail-returned#r-bob', kind: 'mail-returned' }), start);
    expect(keys(withoutTrouble(two, 'suppressed#r-ada'))).toEqual(['mail-returned#r-bob']);
    expect(withoutTrouble(two, 'suppressed#r-eve')).toBe(two);
  });

  test('changes nothing of what looks find', () => {
    const stuck = found({ key: 'stuck#r1', kind: 'stuck' });
    const both = withTroubles(reported, [stuck], start + minute);
    expect(keys(both).sort()).toEqual(['stuck#r1', 'suppressed#r-ada']);
    expect(keys(withTroubles(both, [], start + 2 * minute))).toEqual(['suppressed#r-ada']);
  });
});

describe('its words', () => {
  const address = { about: 'ada@example.com', because: 'a mail to it bounced for good (Permanent, 5.1.1)' };
  const suppressed = trouble({ key: 'suppressed#a', kind: 'suppressed', ...address });
  const returned = trouble({ key: 'mail-returned#b', kind: 'mail-returned', about: 'bob@example.com' });

  test.each([suppressed, returned])('$kind: the subject, which is logged, names no address; the mail does', (one) => {
    const { subject, text, html } = renderRuntimeMail(troubles({ troubles: [one] }), settings);
    expect(subject).not.toMatch(/@|ada|bob/);
    for (const part of [collapsed(text), readable(html)]) {
      expect(part).toContain(one.about);
      expect(part).toContain(one.because);
    }
  });

  test('in a mail about several each is told apart, in the daily mail, too', () => {
    const mails = [
      renderRuntimeMail(troubles({ troubles: [suppressed, returned] }), settings),
      renderRuntimeMail(daily({ troubles: [suppressed, returned] }), settings),
    ];
    for (const { subject, text } of mails) {
      expect(subject).not.toContain('@');
      for (const { about } of [suppressed, returned]) expect(text).toContain(about);
    }
  });

  test('in a crowded mail, too', () => {
    const many = Array.from({ length: 400 }, (_, index) =>
      trouble({
        key: `suppressed#${index}`,
        kind: 'suppressed',
        about: `p${index}@example.com`,
        since: writtenAt - day,
      }),
    );
    const { text } = renderRuntimeMail(troubles({ troubles: many }), settings);
    expect(text).toContain('p0@example.com');
    expect(text).toContain('p50@example.com');
  });
});
