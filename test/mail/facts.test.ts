import { describe, expect, test } from 'vitest';
import { renderAvailabilityMail } from '#adapters/mail/render.ts';
import type { AvailabilityMail, MailSettings } from '#domain/notice.ts';
import { day, hour, minute } from '#domain/time.ts';
import { closed, collapsed, expired, h100, mail, readable, row, rtx5090, settings, writtenAt } from './samples.ts';

type Case = [
  title: string,
  facts: readonly string[],
  changes: Partial<AvailabilityMail>,
  settings?: Partial<MailSettings>,
];

const cases: readonly Case[] = [
  [
    'one open offer',
    [
      'NVIDIA H100 is available in as-south-1',
      '4 GPUs free, largest block 2 on one machine',
      'Price $1.99 per GPU-hour',
      'Tue 3 Mar 2026, 14:02 UTC (3 min ago)',
      'Usually lasts 42 min (median of 7 windows in 90 days)',
      '80 GiB VRAM, 20 CPU cores, 125 GiB memory',
      'Config gpu-h100-80g-20cpu-125g',
      'any H100 in as-south-1: this watch is done',
      'Times are in UTC',
      'Stop these alerts',
    ],
    {},
  ],
  ['several GPUs wanted', ['$1.99 per GPU-hour, $15.92 per hour for 8', '"gpuCount": 8'], { rows: [row({ gpus: 8 })] }],
  [
    'a price of a tenth of a cent',
    ['$0.0125 per GPU-hour, $0.0375 per hour for 3'],
    { rows: [row({ gpus: 3, offer: { ...h100, pricePerGpuHour: 0.0125 } })] },
  ],
  [
    'block size unknown',
    ['4 GPUs free, block size unknown'],
    { rows: [row({ window: { state: 'open', openedAt: writtenAt, freeGpus: 4 } })] },
  ],
  [
    'number unknown',
    ['free, number not known, largest block 2'],
    { rows: [row({ window: { state: 'open', openedAt: writtenAt, largestBlock: 2 } })] },
  ],
  [
    'neither known',
    ['free, number not known, block size unknown', '(just now)'],
    { rows: [row({ window: { state: 'open', openedAt: writtenAt } })] },
  ],
  [
    'one GPU',
    ['1 GPU free, largest block 1'],
    { rows: [row({ window: { state: 'open', openedAt: writtenAt, freeGpus: 1, largestBlock: 1 } })] },
  ],
  [
    'opened by a clock that is ahead',
    ['(just now)'],
    { rows: [row({ window: { state: 'open', openedAt: writtenAt + minute } })] },
  ],
  [
    'open for long',
    ['(2 days 3 h ago)'],
    { rows: [row({ window: { state: 'open', openedAt: writtenAt - 2 * day - 3 * hour } })] },
  ],
  [
    'no history',
    ['Usually lasts not known yet, no earlier window on record'],
    { rows: [row({ history: { windows: 0 } })] },
  ],
  [
    'one window so far',
    ['1 h 30 min (the only window so far)'],
    { rows: [row({ history: { windows: 1, medianMinutes: 90 } })] },
  ],
  [
    'short windows',
    ['less than a minute (median of 3 windows'],
    { rows: [row({ history: { windows: 3, medianMinutes: 0.4 } })] },
  ],
  [
    'several watches',
    ['Your watches any H100: this watch is done', 'NVIDIA from 80 GiB: you will be told again'],
    {
      rows: [
        row({
          watches: [
            { words: 'any H100', next: 'done' },
            { words: 'NVIDIA from 80 GiB', next: 'stays' },
          ],
        }),
      ],
    },
  ],
  [
    'a window that is over',
    [
      'Gone again before this mail could be sent.',
      'Was available from Tue 3 Mar 2026, 12:05 UTC to 13:15 UTC (1 h 10 min)',
      'any H100 in as-south-1: you will be told again',
    ],
    { rows: [row({ window: closed, watches: [{ words: 'any H100 in as-south-1', next: 'stays' }] })] },
  ],
  [
    'open and over',
    [
      'NVIDIA GeForce RTX 5090 in as-south-1',
      'Was available from Tue 3 Mar 2026, 12:05 UTC to 13:15 UTC',
      '4 GPUs free',
    ],
    { rows: [row({ window: closed }), row({ offer: rtx5090 })] },
  ],
  [
    'expired watches',
    ['any A100, up to $1.20 per GPU-hour: expired Tue 3 Mar 2026, 14:00 UTC, you will not be told any more'],
    { expired: [expired] },
  ],
  [
    'the hourly limit',
    ['This is the last mail for now; whatever else opens until 15:32 UTC follows in one mail.'],
    { restFollowsAt: Date.UTC(2026, 2, 3, 15, 32) },
  ],
  [
    'the hourly limit in India',
    ['whatever else opens until 21:02 IST follows in one mail.', 'Times are in Asia/Kolkata', '19:32 IST (3 min ago)'],
    { restFollowsAt: Date.UTC(2026, 2, 3, 15, 32) },
    { timeZone: 'Asia/Kolkata' },
  ],
  [
    'the API call',
    [
      `curl -X POST 'https://api.example.com/gpu/api/v1beta1/orgs/org-7/projects/prj-9/airuntimes'`,
      'Bearer $NEEVCLOUD_TOKEN',
      '"region": "as-south-1"',
      '"gpuConfigID": "gpu-h100-80g-20cpu-125g"',
      '"gpuCount": 1',
      '"planId": "gpu-h100-on-demand-1h"',
      '"templateID": "tpl-jupyterlab-pytorch"',
      'The planId has the usual form',
    ],
    {},
  ],
];

describe('what a mail says', () => {
  test.each(cases)('%s: in text and in HTML', (_title, facts, changes, own = {}) => {
    const { text, html } = renderAvailabilityMail(mail(changes), { ...settings, ...own });
    for (const fact of facts) {
      expect(collapsed(text)).toContain(fact);
      expect(readable(html)).toContain(fact);
    }
  });

  test('a price that nobody knows is not made up', () => {
    const { pricePerGpuHour: _, ...offer } = h100;
    const { text, html } = renderAvailabilityMail(mail({ rows: [row({ offer, gpus: 8 })] }), settings);
    expect(text).toContain('price not known');
    expect(html).toContain('price not known');
    expect(text + html).not.toContain('$1');
  });

  test('links: the console only where something can be rented, the way out always', () => {
    const available = renderAvailabilityMail(mail(), settings);
    const gone = renderAvailabilityMail(mail({ rows: [row({ window: closed })] }), settings);
    for (const { text, html } of [available, gone]) {
      expect(text).toContain('Stop these alerts: https://warden.example.com/unsubscribe?token=1.abc.def');
      expect(html).toContain('href="https://warden.example.com/unsubscribe?token=1.abc.def"');
    }
    expect(available.html).toContain('href="https://console.example.com/gpus"');
    expect(available.text).toContain('https://console.example.com/gpus');
    expect(gone.html + gone.text).not.toContain('console.example.com');
    expect(gone.html + gone.text).not.toContain('curl');
  });

  test('up to four offers have a call each; of more the first serves as the pattern', () => {
    const rows = Array.from({ length: 5 }, (_, place) => row({ offer: { ...h100, region: `as-south-${place}` } }));
    const calls = (count: number) => {
      const { text, html } = renderAvailabilityMail(mail({ rows: rows.slice(0, count) }), settings);
      return [text.split('curl -X').length - 1, html.split('curl -X').length - 1, text.includes('For another offer')];
    };
    expect(calls(4)).toEqual([4, 4, false]);
    expect(calls(5)).toEqual([1, 1, true]);
  });

  test('the preview line says price, number and since when', () => {
    const { html } = renderAvailabilityMail(mail(), settings);
    const [, preview] = /<div style="display:none[^>]*>([^&<]*)/.exec(html) ?? [];
    expect(preview).toBe('$1.99 per GPU-hour · 4 GPUs free, largest block 2 · since 14:02 UTC');
  });

  test('headers of a mail that a program wrote and a person can end with one click', () => {
    const { headers } = renderAvailabilityMail(mail(), settings);
    expect(Object.fromEntries(headers.map(({ name, value }) => [name, value]))).toEqual({
      'List-Unsubscribe': '<https://warden.example.com/unsubscribe?token=1.abc.def>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'OOF, AutoReply',
    });
  });

  test('every layout table is hidden from screen readers, and the language is said', () => {
    const { html } = renderAvailabilityMail(mail({ expired: [expired], restFollowsAt: writtenAt + hour }), settings);
    expect(html.match(/<table(?! role="presentation")/g)).toBeNull();
    expect(html).toContain('<html lang="en"');
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('@media (prefers-color-scheme:dark)');
  });
});
