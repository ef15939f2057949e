import { describe, expect, test } from 'vitest';
import { renderAvailabilityMail } from '#adapters/mail/render.ts';
import { renderRuntimeMail } from '#adapters/mail/render-runtime-mail.ts';
import { createTimeWords, exactDurationWords } from '#adapters/mail/time-words.ts';
import type { RuntimeMail } from '#domain/guardrails/runtime-notice.ts';
import { hour, minute, second } from '#domain/time.ts';
import { daily, deleted, evidence, troubles, warning, warningRow } from './runtime-samples.ts';
import { mail as availabilityMail, collapsed, readable, settings, writtenAt } from './samples.ts';

const words = 'Unsafe short ladder: this installation deletes within minutes; meant for tests.';
const unsafe = { ...settings, unsafeShortLadder: true };

const mails: readonly (readonly [string, RuntimeMail])[] = [
  ['a warning', warning()],
  ['a warning in observe mode', warning({ would: true })],
  ['a deletion', deleted()],
  ['a trouble', troubles()],
  ['the daily mail', daily()],
];

describe.each(mails)('%s', (_, mail) => {
  test('says on top, in both parts, that the ladder is unsafe', () => {
    const { subject, text, html } = renderRuntimeMail(mail, unsafe);
    expect(text.startsWith(`${subject}\n\n${words}\n\n`)).toBe(true);
    const shown = collapsed(readable(html));
    expect(shown).toContain(words);
    expect(shown.indexOf(words)).toBeLessThan(shown.indexOf(subject, shown.indexOf('GPU Warden')));
  });

  test('says nothing of it where it is not', () => {
    for (const safe of [settings, { ...settings, unsafeShortLadder: false }]) {
      const { text, html } = renderRuntimeMail(mail, safe);
      expect(text + html).not.toContain('Unsafe');
      expect(html).not.toContain('padding:22px 32px 0');
    }
  });
});

test('the mails of job 1 delete nothing and say nothing of it', () => {
  const { text, html } = renderAvailabilityMail(availabilityMail(), unsafe);
  expect(text + html).not.toContain('Unsafe');
});

describe('times of a ladder of seconds', () => {
  const row = warningRow({
    step: 'last',
    deleteAt: writtenAt + 75_900,
    rule: { ...warningRow().rule, deleteAfter: 90 * second },
    evidence: { ...evidence, idleSince: writtenAt - 45 * second, observedMs: 44 * second },
  });
  const { subject, text } = renderRuntimeMail(warning({ rows: [row] }), unsafe);

  test('show seconds, cut off: never later than what is meant', () => {
    expect(subject).toContain('will be deleted at 14:06:15 UTC');
    expect(collapsed(text)).toContain('Tue 3 Mar 2026, 14:06:15 UTC (in 1 min 15 s), unless it is used or kept before');
  });

  test('and so do the rule and what was seen', () => {
    expect(collapsed(text)).toContain('for 1 minute 30 seconds');
    expect(collapsed(text)).toContain('Observed 44 s');
  });

  test('in the words of minutes, what is shown is not later than what is meant either', () => {
    const safe = renderRuntimeMail(warning({ rows: [row] }), settings);
    expect(safe.subject).toContain('will be deleted at 14:06 UTC');
  });

  test('near, when, moment and span', () => {
    const times = createTimeWords('Asia/Kolkata', { seconds: true });
    expect(times.near(writtenAt + second, writtenAt)).toBe('19:35:01 IST');
    expect(times.when(writtenAt + 24 * hour + second, writtenAt)).toBe('on 4 Mar at 19:35:01 IST');
    expect(times.moment(writtenAt + 999)).toBe('Tue 3 Mar 2026, 19:35:00 IST');
    expect(times.span(writtenAt, writtenAt + 61 * second, writtenAt)).toBe('from 19:35:00 to 19:36:01 IST');
  });

  test.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [minute, '1 min'],
    [2 * minute + 40 * second, '2 min 40 s'],
    [59 * minute + 59 * second, '59 min 59 s'],
    [hour + 5 * minute + 9 * second, '1 h 5 min'],
  ])('%i ms last %s', (milliseconds, lasts) => {
    expect(exactDurationWords(milliseconds)).toBe(lasts);
  });
});
