import { describe, expect, test } from 'vitest';
import { renderRuntimeMail } from '#adapters/mail/render-runtime-mail.ts';
import { moneyOf } from '#domain/guardrails/money.ts';
import type { WarningMail, WarningRow } from '#domain/guardrails/runtime-notice.ts';
import type { MailSettings } from '#domain/notice.ts';
import { hour, minute } from '#domain/time.ts';
import { ana, benRow, evidence, keepAllUrl, keepUrl, warning, warningRow } from './runtime-samples.ts';
import { collapsed, readable, settings, writtenAt } from './samples.ts';

const render = (changes: Partial<WarningMail> = {}, own: Partial<MailSettings> = {}) =>
  renderRuntimeMail(warning(changes), { ...settings, ...own });
const oneRow = (changes: Partial<WarningRow>) => ({ rows: [warningRow(changes)] });
const last = warningRow({ step: 'last', deleteAt: writtenAt + 15 * minute });
const unpriced = (): WarningRow => {
  const { money: _, ...row } = warningRow();
  return row;
};

describe('subject of a warning', () => {
  test.each<[string, Partial<WarningMail>, Partial<MailSettings>?]>([
    ['ana-notebook is idle and will be deleted at 14:45 UTC (1 × H200, $2.39/h)', {}],
    ['ana-notebook is idle and will be deleted at 20:15 IST (1 × H200, $2.39/h)', {}, { timeZone: 'Asia/Kolkata' }],
    [
      'ana-notebook is idle and will be deleted on 4 Mar at 02:05 UTC (1 × H200, $2.39/h)',
      oneRow({ deleteAt: writtenAt + 12 * hour }),
    ],
    ['Last warning: ana-notebook will be deleted at 14:20 UTC (1 × H200, $2.39/h)', { rows: [last] }],
    ['ana-notebook is idle and will be deleted at 14:45 UTC (1 × H200)', { rows: [unpriced()] }],
    [
      'rt-1 is idle and will be deleted at 14:45 UTC ($2.39/h)',
      oneRow({ runtime: { project: 'prj-9', id: 'rt-1', name: '' } }),
    ],
    ['3 idle runtimes, the first is deleted at 14:45 UTC', { rows: [benRow(), warningRow(), benRow()] }],
    ['Last warning: 2 idle runtimes, the first is deleted at 14:20 UTC', { rows: [benRow(), last] }],
    // The promise that a reader has to know is the earliest, whichever warning names it.
    [
      'Last warning: 2 idle runtimes, the first is deleted at 14:10 UTC',
      { rows: [last, benRow({ deleteAt: writtenAt + 5 * minute })] },
    ],
    ['Only observing: ana-notebook is idle and would be deleted at 14:45 UTC (1 × H200, $2.39/h)', { would: true }],
    [
      'Only observing: 2 idle runtimes, the first would be deleted at 14:20 UTC',
      { rows: [last, benRow()], would: true },
    ],
  ])('%s', (subject, changes, own) => {
    expect(render(changes, own).subject).toBe(subject);
  });

  test('a mail that names no runtime is refused', () => {
    expect(() => render({ rows: [] })).toThrow(RangeError);
  });
});

type Case = [title: string, facts: readonly string[], changes: Partial<WarningMail>, settings?: Partial<MailSettings>];

const cases: readonly Case[] = [
  [
    'everything that an owner needs to decide',
    [
      'policy default: GPU below 5 %, CPU below 1 core, for 120 minutes',
      'Idle since Tue 3 Mar 2026, 12:05 UTC (2 h ago)',
      'GPU 1.2 %, CPU 0.31 cores, memory 12.4 GiB',
      '117 of 120 minutes seen, 98 %',
      '$2.39 per hour (1 × $2.39 per GPU-hour)',
      '$4.66: $2.39 per GPU-hour × 1 GPU × 1.95 idle hours that were seen',
      'Will be deleted Tue 3 Mar 2026, 14:45 UTC (in 40 min)',
      "everything outside /data: the container's disk",
      'what lies in /data, on its network volume',
      'could not be saved: SSH keys',
      'Keep for 4 hours',
      'Keep for 1 day',
      'Keep for 7 days',
      "exemptions: [{ id: 'rt-4f2a91', until: 'forever' }]",
      'as their owner',
      'Times are in UTC',
    ],
    {},
  ],
  ['the times of the settings', ['17:35 IST', '20:15 IST', 'Asia/Kolkata'], {}, { timeZone: 'Asia/Kolkata' }],
  [
    'a volume that could not be read',
    ['not known whether anything: its storage could not be read'],
    oneRow({ volume: 'unknown' }),
  ],
  ['no network volume', ['Survives nothing: it has no network volume'], oneRow({ volume: 'other' })],
  [
    'what cannot be made again',
    ['not possible from what can be saved: config, plan could not be read'],
    oneRow({ recreatable: false, unsaved: ['config', 'plan'] }),
  ],
  [
    'why it is warned of again',
    ['the warning before counts no more: somebody asked to keep it'],
    oneRow({ againBecause: 'somebody asked to keep it' }),
  ],
  [
    'a CPU in per cent is judged in per cent',
    ['CPU below 5 %', 'CPU 3.5 %, memory not reported'],
    oneRow({ evidence: { ...evidence, highest: { gpuPercent: 0, cpu: { value: 3.5, unit: 'percent' } } } }),
  ],
  [
    'a CPU that nobody reports',
    ['CPU below 1 core where it is reported', 'CPU not reported'],
    oneRow({ evidence: { ...evidence, highest: { gpuPercent: 0 } } }),
  ],
  ['a price that nobody knows', ['Price not known', 'not known, because the price is not'], { rows: [unpriced()] }],
  ['the last warning', ['Last warning', 'At 14:20 UTC it is deleted, with everything outside /data'], { rows: [last] }],
  [
    'one of several gets its last warning',
    ['For 1 of them this is the last warning', 'Keep all 2 runtimes'],
    { rows: [benRow(), last], keepAllUrl },
  ],
  [
    'observe mode',
    ['GPU Warden only observes: nothing is going to be deleted', 'Would be deleted', 'observe mode: it will not be'],
    { would: true },
  ],
];

describe('what a warning says', () => {
  test.each(cases)('%s: in text and in HTML', (_title, facts, changes, own) => {
    const { text, html } = render(changes, own);
    for (const fact of facts) {
      expect(collapsed(text)).toContain(fact);
      expect(readable(html)).toContain(fact);
    }
  });

  test('in observe mode nothing threatens a deletion', () => {
    const { subject, text, html } = render({ rows: [last, benRow()], would: true, keepAllUrl });
    for (const part of [subject, text, readable(html)])
      expect(part).not.toMatch(/will be deleted|is deleted|last warning:/i);
  });

  test('the first warning sounds calmer than the last', () => {
    const [first, final] = [render(), render({ rows: [last] })];
    for (const part of [first.subject, first.text, readable(first.html)]) expect(part).not.toContain('ast warning');
    expect(first.text).toContain('after one more warning');
    expect(final.text).not.toContain('one more warning');
  });

  test('a use just below a limit is not rounded up to it', () => {
    const { text } = render(oneRow({ evidence: { ...evidence, highest: { gpuPercent: 4.9999 } } }));
    expect(text).toContain('GPU 4.99 %');
  });

  test('a small sum is not told as nothing', () => {
    const cheap = moneyOf(0.0125, 1, minute);
    const { text } = render(oneRow(cheap === undefined ? {} : { money: cheap }));
    expect(text).toContain('less than $0.01: $0.0125 per GPU-hour');
  });

  test('the worst stands first', () => {
    const { text } = render({ rows: [benRow(), warningRow({ runtime: { ...ana, name: 'cleo' } }), last] });
    expect(text.match(/^(ana-notebook|ben-train-8x|cleo)/gm)).toEqual(['ana-notebook', 'cleo', 'ben-train-8x']);
  });

  test('a link for each choice that is offered, and no other', () => {
    const { text, html } = render(oneRow({ keepChoices: ['4h', '1d'] }));
    for (const choice of ['4h', '1d']) {
      expect(text).toContain(`${keepUrl}&for=${choice}\n`);
      expect(html).toContain(`href="${keepUrl.replaceAll('&', '&amp;')}&amp;for=${choice}"`);
    }
    expect(text + html).not.toContain('for=7d');
    expect(render(oneRow({ keepChoices: [] })).text).not.toContain('/keep');
  });

  test('Keep all stands where there are several, each with its own Keep', () => {
    const { text, html } = render({ rows: [warningRow(), benRow()], keepAllUrl });
    expect(text).toContain(`Keep all 2 runtimes: ${keepAllUrl}\n`);
    expect(html).toContain(`href="${keepAllUrl}"`);
    expect(text.split('for=1d').length - 1).toBe(2);
    expect(html.split('for=1d').length - 1).toBe(2);
    expect(render().text).not.toContain('keep-all');
  });

  test('no way to unsubscribe, and no robot answers', () => {
    const { headers, text } = render();
    expect(headers.map(({ name }) => name)).toEqual(['Auto-Submitted', 'X-Auto-Response-Suppress']);
    expect(text).toContain('You get this mail because');
  });
});
