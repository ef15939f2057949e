import { expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { createTimeWords } from '#adapters/mail/time-words.ts';
import { minute, second } from '#domain/time.ts';
import type { Look } from '#local/plan/look.ts';
import { planPage } from '#local/plan/page.ts';
import { planReportOf } from '#local/plan/report.ts';
import { aheadOf, minutesWords } from '#local/plan/words.ts';
import { fleetWith } from '../guardrails/given.ts';

const at = Date.UTC(2026, 2, 3, 14, 5);
const look: Look = { at, projects: [], prices: { listing: 'whole', because: [] }, fleet: fleetWith(at), runtimes: [] };

const pageWith = (guardrails: object): string => {
  const settings = readSettings({
    provider: { organisation: 'org-1', projects: ['prj-1'] },
    mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
    guardrails,
  });
  const report = planReportOf(look, settings, false);
  expect(report.unsafeShortLadder).toBe('unsafeShortLadder' in guardrails);
  return planPage(report, createTimeWords('UTC'), { columns: 120, colour: false });
};

test('an unsafe short ladder is the first thing that the plan says', () => {
  const [, empty, first] = pageWith({ unsafeShortLadder: true }).split('\n');
  expect(empty).toBe('');
  expect(first).toBe('! Unsafe short ladder: this installation deletes within minutes; meant for tests.');
  expect(pageWith({})).not.toContain('Unsafe');
});

test('times of a ladder of seconds are in seconds', () => {
  expect(aheadOf(at + 40 * second, at)).toBe('in 40 s');
  expect(aheadOf(at, at)).toBe('now');
  expect([90 * second, 60 * minute, 6 * 60 * minute].map(minutesWords)).toEqual(['1 min 30 s', '60 min', '6 h']);
});
