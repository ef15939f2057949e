import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { durationText } from '#domain/duration.ts';
import { mayActAt } from '#domain/guardrails/hours.ts';
import {
  addresseesFor,
  type ConfigFacts,
  exemptionFor,
  type GuardRules,
  type Policy,
  policyFor,
  policyInDoubt,
} from '#domain/guardrails/policy.ts';
import { isIdleUse } from '#domain/guardrails/reading.ts';
import type { Runtime } from '#domain/runtime.ts';

/** One line of an example's comments: `// prj-research/dev-7 (NVIDIA H100, $1.99) → what becomes of it`. */
type Claim = { readonly runtime: Runtime; readonly facts: ConfigFacts; readonly says: string };
type Example = { readonly title: string; readonly guardrails: unknown; readonly claims: readonly Claim[] };

const page = readFileSync(fileURLToPath(new URL('../../docs/policies.md', import.meta.url)), 'utf8');

const claimLine =
  /^\/\/ (?<project>[\w-]+)\/(?<name>[\w-]+)(?: \((?<model>[^,]+), \$(?<price>[\d.]+)\))? → (?<says>.+)$/;

const claimOf = (line: string): Claim => {
  const { project = '', name = '', model, price, says = '' } = claimLine.exec(line)?.groups ?? {};
  if (says === '') throw new TypeError(`Not a claim: ${line}`);
  return {
    runtime: { project, id: 'id-of-none', name, region: 'as-south-1', status: 'Running' },
    facts: model === undefined ? {} : { gpuModel: model, pricePerGpuHour: Number(price) },
    says,
  };
};

/** The value of `guardrails: {…}` as it stands in a block. */
const evaluated = (code: string): unknown =>
  z.object({ guardrails: z.unknown() }).parse(runInNewContext(`({ ${code} })`)).guardrails;

const examples: readonly Example[] = page
  .split('\n### ')
  .slice(1)
  .map((part) => {
    const block = /```ts\n([\s\S]+?)```/.exec(part)?.[1] ?? '';
    const lines = block.trimEnd().split('\n');
    return {
      title: part.split('\n')[0] ?? '',
      guardrails: evaluated(lines.filter((line) => !line.startsWith('//')).join('\n')),
      claims: lines.filter((line) => line.startsWith('//')).map(claimOf),
    };
  });

const rulesOf = (guardrails: unknown): GuardRules =>
  guardRulesOf(
    readSettings({
      provider: { organisation: 'org-1', projects: ['prj-research', 'prj-serving'] },
      mail: { sender: 'warden@example.com', operator: 'operator@example.com', timeZone: 'Asia/Kolkata' },
      guardrails,
    }),
  );

const before = Date.parse('2026-12-01T00:00:00Z');

const isIdleAt = ({ thresholds }: Policy, gpuPercent: number, cores: number) =>
  isIdleUse({ gpuPercent, cpu: { value: cores, unit: 'cores' } }, thresholds);

/** What is claimed, in the words of the page, as the rules themselves see it. */
const readings: readonly (readonly [RegExp, (rules: GuardRules, claim: Claim, given: readonly string[]) => string])[] =
  [
    [
      /^policy /,
      (rules, { runtime, facts }) => {
        const { name, mode } = policyFor(rules, runtime, facts);
        const exempt = exemptionFor(rules, runtime, before) === undefined ? '' : ', exempt';
        return `policy ${name}, ${mode}${exempt}`;
      },
    ],
    [
      /^exempt /,
      (rules, { runtime }) => {
        const until = exemptionFor(rules, runtime, before)?.until;
        if (typeof until !== 'number') return until === 'forever' ? 'exempt for ever' : 'not exempt';
        return `exempt until ${new Date(until).toISOString().replace('.000', '')}`;
      },
    ],
    [
      /^told: /,
      (rules, { runtime, facts }) =>
        `told: ${addresseesFor(rules, policyFor(rules, runtime, facts), runtime).join(', ')}`,
    ],
    [
      /^held, /,
      (rules, { runtime, facts }) =>
        `held, because it may be one for ${policyInDoubt(rules, runtime, facts)?.name ?? 'nobody'}`,
    ],
    [
      /^deleted after /,
      (rules, { runtime, facts }) =>
        `deleted after ${durationText(policyFor(rules, runtime, facts).ladder.deleteAfter)}`,
    ],
    [
      /^(?:may be deleted|not) at (.+)$/,
      (rules, { runtime, facts }, [at = '']) =>
        `${mayActAt(policyFor(rules, runtime, facts).hours, Date.parse(at)) ? 'may be deleted' : 'not'} at ${at}`,
    ],
    [
      /^(?:in use|idle) at (\S+) % GPU and (\S+) cores$/,
      (rules, { runtime, facts }, [gpu = '', cores = '']) => {
        const idle = isIdleAt(policyFor(rules, runtime, facts), Number(gpu), Number(cores));
        return `${idle ? 'idle' : 'in use'} at ${gpu} % GPU and ${cores} cores`;
      },
    ],
  ];

const seenBy = (rules: GuardRules, claim: Claim): string => {
  for (const [words, read] of readings) {
    const found = words.exec(claim.says);
    if (found !== null) return read(rules, claim, found.slice(1));
  }
  throw new TypeError(`Nobody knows how to check: ${claim.says}`);
};

test('the page has its examples, all with claims', () => {
  expect(examples.length).toBeGreaterThanOrEqual(8);
  expect(examples.filter(({ claims }) => claims.length < 2)).toEqual([]);
  expect(page.match(/```ts\n/g)).toHaveLength(examples.length);
});

describe.each(examples)('$title', ({ guardrails, claims }) => {
  const rules = rulesOf(guardrails);
  test.each(claims)('$runtime.project/$runtime.name → $says', (claim) => {
    expect(seenBy(rules, claim)).toBe(claim.says);
  });
});
