import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import config from '../../warden.config.ts';
import { prod, type Stage, synthesise } from './stage.ts';

const ruleShape = z.object({
  RuleCondition: z.optional(z.unknown()),
  Assertions: z.array(z.object({ Assert: z.unknown(), AssertDescription: z.string() })),
});
const parameter = z.object({ Type: z.string(), Default: z.string(), AllowedValues: z.optional(z.unknown()) });

/** What CloudFormation checks before it makes anything, besides the CDK's own. */
const ownRules = ({ raw }: Stage) =>
  Object.entries(raw.Rules).flatMap(([id, rule]) => (id === 'CheckBootstrapVersion' ? [] : ruleShape.parse(rule)));
const ownParameters = ({ raw }: Stage) =>
  Object.entries(raw.Parameters).flatMap(([id, given]) =>
    id === 'BootstrapVersion' ? [] : [{ id, ...parameter.parse(given) }],
  );

test('settings that are filled in are deployed without a question', () => {
  expect(ownRules(prod())).toEqual([]);
  expect(ownParameters(prod())).toEqual([]);
});

const shipped = () => {
  const [stage] = synthesise(config);
  if (stage === undefined) throw new RangeError('There is no stage.');
  return stage;
};

test('settings as they are shipped can be looked at, and are refused by their own template', () => {
  const stage = shipped();
  const [answer, ...others] = ownParameters(stage);
  expect(others).toEqual([]);
  // The rule asks for another answer than the one that stands there.
  expect(answer).toMatchObject({ Type: 'String', Default: 'no' });
  const [rule] = ownRules(stage);
  expect(rule?.RuleCondition).toBeUndefined();
  expect(rule?.Assertions).toHaveLength(1);
  expect(rule?.Assertions[0]?.Assert).toEqual({ 'Fn::Equals': [{ Ref: answer?.id }, 'yes'] });
});

test('the refusal names every placeholder and the file', () => {
  const words = ownRules(shipped())[0]?.Assertions[0]?.AssertDescription ?? '';
  const placeholders = placeholdersIn(readSettings(config));
  expect(placeholders.length).toBeGreaterThan(3);
  for (const { path } of placeholders) expect(words).toContain(`${path}: `);
  expect(words).toMatch(/^Nothing was deployed\. Fill in warden\.config\.ts first: /);
});

test('a file with a thousand placeholders is refused in words that CloudFormation takes', () => {
  const watches = Array.from({ length: 1000 }, (_, at) => ({ to: `team-${at}@example.com`, model: 'H100' }));
  const [stage] = synthesise({ ...config, availability: { watches } });
  const words = stage === undefined ? '' : (ownRules(stage)[0]?.Assertions[0]?.AssertDescription ?? '');
  expect(words.length).toBeLessThanOrEqual(4000);
  expect(words).toContain('provider.organisation');
});
