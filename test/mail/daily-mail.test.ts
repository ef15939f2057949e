import { describe, expect, test } from 'vitest';
import { renderRuntimeMail } from '#adapters/mail/render-runtime-mail.ts';
import type { DailyMail } from '#domain/guardrails/runtime-notice.ts';
import { day, hour } from '#domain/time.ts';
import { ana, ben, daily, entry, evidence, fullDay, money, trouble } from './runtime-samples.ts';
import { collapsed, readable, settings, writtenAt } from './samples.ts';

const render = (mail: DailyMail) => renderRuntimeMail(mail, settings);
const headings = (text: string) => text.match(/^[A-Z][A-Z, ]+ \(\d+\)$/gm) ?? [];

describe('the daily mail', () => {
  test('says everything that happened, in text and in HTML', () => {
    const { subject, text, html } = render(fullDay());
    expect(subject).toBe('Daily report: 2 troubles, 1 would have been deleted ($382.08 a day), 1 deleted');
    for (const part of [collapsed(text), readable(html).replaceAll(' · ', ' · ')]) {
      for (const fact of [
        'from 2 Mar, 14:05 to 3 Mar, 14:05 UTC',
        '$7.17 per hour: price × GPUs of 3 deletions in the last 30 days',
        '$120.40, assuming they would have run on until now',
        '1 first, 1 last',
        'Still billing: ana-notebook',
        '$382.08 a day · $31.04 wasted so far · idle since 12:05 UTC, highest GPU 1.2 %',
        'idle for 120 min · policy default · $2.39/h, $4.66 wasted',
        'it is in use again',
        'kept for 1 day · by a person',
        'Use not known: cleo-batch',
        'GPU use has no unit',
        'only reported · 11:05 UTC · its plan is reserved: deleting it saves nothing',
        'until 6 Mar, 14:05 UTC',
        'forever · customer demos',
      ]) {
        expect(part).toContain(fact);
      }
    }
    expect(headings(text)).toEqual([
      'NEEDS A LOOK (1)',
      'WOULD HAVE BEEN DELETED (1)',
      'DELETED (1)',
      'SPARED (1)',
      'KEPT (1)',
      'USE NOT KNOWN, OR NOT RUNNING (1)',
      'EXEMPTIONS ABOUT TO END (1)',
      'ALSO (1)',
      'ALL EXEMPTIONS (2)',
    ]);
  });

  test('a quiet day is short', () => {
    const { subject, text } = render(daily());
    expect(subject).toBe('Daily report: nothing that needs you');
    expect(headings(text)).toEqual([]);
    expect(text).not.toContain('$');
  });

  test('what an idle time cost is counted once, however often it was told of', () => {
    const told = [entry('warned-first'), entry('warned-last'), entry('deleted')];
    const { text } = render(daily({ entries: told }));
    expect(text).toMatch(/Wasted\s+\$4\.66: .* of 1 idle time in this mail/);
    const again = entry('deleted', { evidence: { ...evidence, idleSince: writtenAt - 9 * hour } });
    expect(render(daily({ entries: [...told, again] })).text).toMatch(/Wasted\s+\$9\.32: .* of 2 idle times/);
  });

  test('an idle time without a price is not counted as free', () => {
    const { money: _, ...unpriced } = entry('spared', { runtime: ben });
    const { text } = render(daily({ entries: [entry('deleted'), unpriced] }));
    expect(text).toMatch(/Wasted\s+\$4\.66: /);
    expect(text).toContain('1 idle time without a known price not counted');
  });

  test('what would have been deleted, and is idle no more, is told too', () => {
    const would = entry('would-delete', { because: 'idle for 120 min' });
    const observing = [{ runtime: ana, evidence, since: writtenAt - hour, ...(money !== undefined && { money }) }];
    expect(headings(render(daily({ entries: [would] })).text)).toEqual([
      'WOULD HAVE BEEN DELETED, AND IS IDLE NO MORE OR GONE (1)',
    ]);
    expect(headings(render(daily({ entries: [would], observing })).text)).toEqual(['WOULD HAVE BEEN DELETED (1)']);
  });

  test('a trouble that is over stands no more', () => {
    expect(render(daily({ troubles: [trouble({ overAt: writtenAt })] })).subject).toBe(
      'Daily report: nothing that needs you',
    );
  });

  test('of each section the first 60 are told, and the rest counted', () => {
    const entries = Array.from({ length: 61 }, (_, place) =>
      entry('deleted', { runtime: { ...ana, name: `r${place}.` } }),
    );
    const { text, html } = render(daily({ entries }));
    for (const part of [text, html]) {
      expect(part).toContain('r59.');
      expect(part).not.toContain('r60.');
      expect(part).toContain('and 1 more');
    }
    expect(text).toContain('DELETED (61)');
  });

  test('exemptions about to end stand before all of them', () => {
    const endingSoon = [{ about: 'id rt-1', until: writtenAt + day, by: 'policy' as const }];
    const standing = { about: 'name a*', until: 'forever', by: 'policy' } as const;
    const { text } = render(daily({ endingSoon, exemptions: [standing, ...endingSoon] }));
    expect(headings(text)).toEqual(['EXEMPTIONS ABOUT TO END (1)', 'ALL EXEMPTIONS (2)']);
  });

  test('an exemption that was made by the API says so', () => {
    const exemption = { about: 'ana-notebook (prj-1/rt-1)', until: 'forever', because: 'the fair', by: 'api' } as const;
    expect(collapsed(render(daily({ exemptions: [exemption] })).text)).toContain(
      'ana-notebook (prj-1/rt-1): forever · the fair · made by the API',
    );
  });
});
