import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oneLine } from '#adapters/look/one-line.ts';
import { apiCall } from '#adapters/mail/api-call.ts';
import { renderAvailabilityMail } from '#adapters/mail/render.ts';
import { usualPlanId } from '#domain/usual-plan.ts';
import { closed, h100, mail, row, settings } from './samples.ts';

const attack = `"'><script>alert(1)</script>\r\nBcc: everyone@example.com`;
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\0',
        '\u2028',
        '\u202e',
        "'",
        '"',
        '<',
        '>',
        '&',
        '$(id)',
        '`id`',
        '\\',
        'Bcc: a@b.c',
        '<script>',
        '-->',
        '</style>',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

const hostileMail = (words: string, state: 'open' | 'closed' = 'open') =>
  mail({
    rows: [
      row({
        offer: { ...h100, gpuModel: words, gpuVendor: words, region: words, configId: words },
        watches: [{ words, next: 'done' }],
        ...(state === 'closed' && { window: closed }),
      }),
    ],
    expired: [{ words, expiredAt: 0 }],
  });

/** The tags of a document, without their texts. */
const tags = (html: string) => html.match(/<[a-z/!][^>]*>/gi);

describe('words from outside', () => {
  test('never add, change or end a tag', () => {
    for (const state of ['open', 'closed'] as const) {
      const plain = tags(renderAvailabilityMail(hostileMail('plain', state), settings).html);
      fc.assert(
        fc.property(hostile, (words) => {
          expect(tags(renderAvailabilityMail(hostileMail(words, state), settings).html)).toEqual(plain);
        }),
      );
    }
  });

  test('are escaped, not dropped', () => {
    const { html } = renderAvailabilityMail(hostileMail(attack), settings);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('never leave a control character in subject or headers', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (words, isOpen) => {
        const { subject, headers } = renderAvailabilityMail(hostileMail(words, isOpen ? 'open' : 'closed'), settings);
        for (const value of [subject, ...headers.flatMap(({ name, value }) => [name, value])]) {
          expect(value).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(value.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test('never start a line of the text part', () => {
    const lines = (words: string) =>
      renderAvailabilityMail(hostileMail(words), settings).text.split(/[\r\n\u2028\u2029\v\f]/).length;
    const plain = lines('plain');
    fc.assert(
      fc.property(hostile, (words) => {
        expect(lines(words)).toBe(plain);
      }),
    );
  });

  test('the unsubscribe address cannot carry a second header, nor be anything but a web address', () => {
    const unsubscribeUrl = 'https://warden.example.com/u?token=a>,\r\nBcc: b@example.com "x"';
    const { headers, html } = renderAvailabilityMail(mail({ unsubscribeUrl }), settings);
    const value = headers.find(({ name }) => name === 'List-Unsubscribe')?.value;
    expect(value).toMatch(/^<https:\/\/warden\.example\.com\/u\?token=a[^<>\s"]*>$/);
    expect(html).not.toContain('"x"');
    expect(() => renderAvailabilityMail(mail({ unsubscribeUrl: 'javascript:alert(1)' }), settings)).toThrow(TypeError);
    expect(() => renderAvailabilityMail(mail(), { ...settings, consoleUrl: 'data:text/html,x' })).toThrow(TypeError);
  });

  test.each([
    ['a\r\nb', 'a b'],
    [' a \t\u2028 b ', 'a b'],
    ['safe\u202egnp.exe', 'safegnp.exe'],
    ['zero\u200bwidth', 'zerowidth'],
    ['lone\ud800surrogate', 'lone\ufffdsurrogate'],
  ])('%j becomes %j', (outside, line) => {
    expect(oneLine(outside)).toBe(line);
  });

  test('are cut to the asked length, never through a character', () => {
    expect(oneLine('x'.repeat(120))).toHaveLength(120);
    expect(oneLine('x'.repeat(121), 120)).toBe(`${'x'.repeat(119)}…`);
    expect(oneLine('😀😀😀', 4).isWellFormed()).toBe(true);
  });
});

describe('the API call in a shell', () => {
  /** Runs the call in a real shell in which `curl` prints what it was given. */
  const given = (command: string): readonly string[] =>
    execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], {
      env: { NEEVCLOUD_TOKEN: 'pat-nc-test' },
      encoding: 'utf8',
    }).split('\0');

  test('is the documented request', () => {
    const [, method, url, , authorization, , type, , body] = given(apiCall(row({ gpus: 2 }), settings));
    expect([method, url]).toEqual([
      'POST',
      'https://api.example.com/gpu/api/v1beta1/orgs/org-7/projects/prj-9/airuntimes',
    ]);
    expect([authorization, type]).toEqual(['Authorization: Bearer pat-nc-test', 'Content-Type: application/json']);
    expect(JSON.parse(body ?? '')).toEqual({
      name: 'my-h100',
      region: 'as-south-1',
      gpuConfigID: 'gpu-h100-80g-20cpu-125g',
      gpuCount: 2,
      planId: 'gpu-h100-on-demand-1h',
      templateID: 'tpl-jupyterlab-pytorch',
    });
  });

  test.each(["'; touch /tmp/pwned; '", '$(id)', '`id`', '"; id; "', "a'b\\'c", '!!', '\\'])(
    'runs nothing of %j',
    (words) => {
      const offer = { ...h100, region: words, configId: words };
      const call = apiCall({ offer, gpus: 1 }, { ...settings, organisation: words, project: words });
      const [, , url, , , , , , body, end, ...more] = given(call);
      expect(url).toContain(`/orgs/${encodeURIComponent(words)}/projects/${encodeURIComponent(words)}/airuntimes`);
      expect(JSON.parse(body ?? '')).toMatchObject({ region: words, gpuConfigID: words });
      expect([end, ...more]).toEqual(['']);
    },
  );

  test.each([
    ['gpu-h200-141g-20cpu-192g', 'NVIDIA H200', 'gpu-h200-on-demand-1h'],
    ['gpu-rtx5090-32g-16cpu-96g', 'NVIDIA GeForce RTX 5090', 'gpu-rtx5090-on-demand-1h'],
    ['gpu-t4', 'T4', 'gpu-t4-on-demand-1h'],
    ['something-else', 'NVIDIA B200', 'gpu-nvidia-b200-on-demand-1h'],
    ['', '™', 'gpu-model-on-demand-1h'],
  ])('plan of %j (%s): %s', (configId, gpuModel, planId) => {
    expect(usualPlanId({ configId, gpuModel })).toBe(planId);
  });
});
