import { describe, expect, test } from 'vitest';
import { renderRuntimeMail } from '#adapters/mail/render-runtime-mail.ts';
import type { DeletedMail, TroubleMail } from '#domain/guardrails/runtime-notice.ts';
import type { TroubleKind } from '#domain/guardrails/trouble.ts';
import { hour, minute } from '#domain/time.ts';
import {
  ana,
  breakerTrouble,
  deleted,
  deletedRow,
  rearmUrl,
  recreateUrl,
  trouble,
  troubles,
} from './runtime-samples.ts';
import { collapsed, readable, settings, writtenAt } from './samples.ts';

const renderDeleted = (changes: Partial<DeletedMail> = {}) => renderRuntimeMail(deleted(changes), settings);
const renderTroubles = (changes: Partial<TroubleMail> = {}) => renderRuntimeMail(troubles(changes), settings);
const both = ({ text, html }: { readonly text: string; readonly html: string }) => [collapsed(text), readable(html)];

describe('a mail about deletions', () => {
  test('says what, when, why, what it cost and how to make it again', () => {
    for (const part of both(renderDeleted())) {
      for (const fact of [
        'ana-notebook was deleted (1 × H200, $2.39/h stopped)',
        'Tue 3 Mar 2026, 14:03 UTC (2 min ago)',
        'idle for 120 min',
        'Idle since Tue 3 Mar 2026, 12:05 UTC',
        'GPU 1.2 %, CPU 0.31 cores, memory 12.4 GiB',
        '117 of 120 minutes seen, 98 %',
        'Wasted $4.66: $2.39 per GPU-hour',
        'Stopped $2.39 per hour',
        'Create it again',
        'until Tue 10 Mar 2026, 14:05 UTC',
        'Could not be saved: SSH keys.',
        'a new volume, not the old one',
        'rt-4f2a91',
      ]) {
        expect(part).toContain(fact);
      }
    }
  });

  test('carries the link in both parts, and none where it cannot be made again', () => {
    const { text, html } = renderDeleted();
    expect(text).toContain(`Create it again: ${recreateUrl}\n`);
    expect(html).toContain(`href="${recreateUrl}"`);
    const { recreate: _, ...row } = deletedRow({ unsaved: ['config'] });
    const without = renderDeleted({ rows: [row] });
    for (const part of both(without)) {
      expect(part).toContain('Not possible: too little could be saved of it. Could not be saved: config.');
      expect(part).not.toContain('Create it again');
    }
    expect(without.html).not.toContain('href');
  });

  test('of several tells the sum that stopped; one without a price makes it a lower bound', () => {
    const cleo = deletedRow({ runtime: { ...ana, name: 'cleo' } });
    const { money: _, ...unpriced } = cleo;
    expect(renderDeleted({ rows: [deletedRow(), cleo] }).subject).toBe(
      '2 idle runtimes were deleted ($4.78/h stopped)',
    );
    expect(renderDeleted({ rows: [deletedRow(), unpriced] }).subject).toBe(
      '2 idle runtimes were deleted (at least $2.39/h stopped)',
    );
    expect(renderDeleted({ rows: [unpriced] }).subject).toBe('cleo was deleted (1 × H200)');
    expect(() => renderDeleted({ rows: [] })).toThrow(RangeError);
  });
});

const kinds: readonly (readonly [TroubleKind, string, string])[] = [
  ['stuck', 'Still billing: ana-notebook ($2.39/h)', 'It was asked to be deleted and is still there'],
  ['reappeared', 'Back and billing again: ana-notebook ($2.39/h)', 'the provider shows it again'],
  ['breaker', 'Deletions are stopped ($2.39/h)', 'nothing is deleted and nobody warned'],
  ['unreachable', 'Nobody could be told: ana-notebook ($2.39/h)', 'no address takes a warning for it'],
  ['unknown', 'Use not known: ana-notebook ($2.39/h)', 'Its readings have been unknown for hours'],
  ['not-running', 'Not running: ana-notebook ($2.39/h)', 'not been running for more than an hour'],
];

describe('a mail about troubles', () => {
  test.each(kinds)('%s: what is the matter, since when, what it costs, what to do', (kind, subject, what) => {
    const mail = renderTroubles({ troubles: [trouble({ kind })] });
    expect(mail.subject).toBe(subject);
    for (const part of both(mail)) {
      for (const fact of [
        what,
        'DELETE was answered with 202 three times',
        'Since Tue 3 Mar 2026, 12:05 UTC (2 h ago)',
        '$2.39 per hour × 2 h = $4.78',
        'What to do',
        'operator of GPU Warden',
      ]) {
        expect(part).toContain(fact);
      }
    }
  });

  test.each(kinds)('%s that is over', (kind) => {
    const mail = renderTroubles({ troubles: [trouble({ kind, overAt: writtenAt - hour })], rearmUrl });
    expect(mail.subject).toMatch(/^“.*” is over/);
    for (const part of both(mail)) {
      expect(part).toContain('Over since Tue 3 Mar 2026, 13:05 UTC, after 1 h');
      expect(part).toContain('$2.39 per hour × 1 h = $2.39');
      expect(part).toContain('Nothing: it is over.');
    }
    expect(mail.html).not.toContain('href');
  });

  test('the breaker carries the link that re-arms it, and nothing else does', () => {
    const { text, html } = renderTroubles({ troubles: [breakerTrouble()], rearmUrl });
    expect(text).toContain(`I looked: go on: ${rearmUrl}\n`);
    expect(html).toContain(`href="${rearmUrl}"`);
    for (const part of both({ text, html })) expect(part).toContain('the idle spans of 7 of 9 runtimes began');
    expect(renderTroubles({ rearmUrl }).text).not.toContain(rearmUrl);
  });

  test('the most urgent is the subject: what stands before what is over, then by kind, then the dearest', () => {
    const over = trouble({ overAt: writtenAt, about: 'a' });
    const dear = trouble({ about: 'c', usdPerHour: 20, since: writtenAt - minute });
    expect(renderTroubles({ troubles: [over, breakerTrouble(), trouble({ about: 'b' }), dear] }).subject).toBe(
      'Still billing: c ($20.00/h), and 3 more',
    );
    expect(renderTroubles({ troubles: [over, breakerTrouble()] }).subject).toBe('Deletions are stopped, and 1 more');
    expect(() => renderTroubles({ troubles: [] })).toThrow(RangeError);
  });
});
