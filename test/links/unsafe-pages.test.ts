import { describe, expect, test } from 'vitest';
import { keepAllPage, keepPage, keptPage } from '#adapters/pages/keep.ts';
import { minute, second } from '#domain/time.ts';
import { ana, ben, choices, now } from './page-samples.ts';

const words = 'Unsafe short ladder: this installation deletes within minutes; meant for tests.';
const deleteAt = now + 2 * minute + 7 * second;
const pagesWith = (settings: { readonly timeZone: string; readonly unsafeShortLadder?: boolean }) => [
  keepPage({ runtime: ana, deleteAt, choices, ...settings }),
  keepAllPage({ runtimes: [{ runtime: ana, deleteAt }, { runtime: ben }], choices, ...settings }),
  keptPage({ runtimes: [ana], until: deleteAt, ...settings }),
];

describe('the Keep pages of an unsafe short ladder', () => {
  test('say so, and show seconds', () => {
    for (const { body } of pagesWith({ timeZone: 'UTC', unsafeShortLadder: true })) {
      expect(body).toContain(`<p class="warn">${words}</p>`);
      expect(body).toContain('14:07:07 UTC');
    }
  });

  test('and nothing of it otherwise', () => {
    for (const { body } of [
      ...pagesWith({ timeZone: 'UTC' }),
      ...pagesWith({ timeZone: 'UTC', unsafeShortLadder: false }),
    ]) {
      expect(body).not.toContain('Unsafe');
      expect(body).toContain('14:07 UTC');
    }
  });

  test('offer whatever the settings offer', () => {
    const { body } = keepPage({ runtime: ana, choices: ['20s', '1m30s', '36h'], timeZone: 'UTC' });
    expect(body).toContain('value="20s">Keep for 20 seconds');
    expect(body).toMatch(/value="1m30s"[^>]*>Keep for 1 minute 30 seconds/);
    expect(body).toMatch(/value="36h"[^>]*>Keep for 1 day 12 hours/);
  });
});
