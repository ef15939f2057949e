import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { leastSettings } from '../configuration/example.ts';
import { asSettingsFile, openOutputFolder, runInItsPlace, synthesiseApp } from './cdk-app.ts';

const reportShape = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      conclusion: z.string(),
      violations: z.array(z.looseObject({ ruleName: z.string() })),
      suppressedViolations: z._default(
        z.array(z.object({ ruleName: z.string(), reason: z.string(), acknowledgedAt: z.string() })),
        [],
      ),
    }),
  ),
});

const reportIn = (folder: string) =>
  reportShape.parse(JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8'))).pluginReports;
const templatesIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((file) => file.endsWith('.template.json'));

const bundlesIn =
  (name: string) =>
  (template: string): readonly string[] =>
    [...readFileSync(join(folder(name), template), 'utf8').matchAll(/"S3Key": "([0-9a-f]{64})\.zip"/g)].map(
      ([, key = '']) => key,
    );

/** What the CDK says while it works, and what is more than that. */
const complaintsIn = (stderr: string): string => stderr.replaceAll(/^Bundling asset .*\n/gm, '');

const out = openOutputFolder();
afterAll(out.close);
const folder = (name: string): string => join(out.folder, name);
const settingsFile = (name: string, settings: object): string => {
  const file = folder(`${name}.ts`);
  writeFileSync(file, `export default ${JSON.stringify(settings)};\n`);
  return asSettingsFile(file);
};

describe('the app that cdk.json names, with the settings as shipped', () => {
  let ended: Awaited<ReturnType<typeof synthesiseApp>>;
  beforeAll(async () => {
    ended = await synthesiseApp(folder('shipped'));
  }, 120_000);

  test('synthesises, and says only that they are to be filled in', () => {
    expect(ended.stderr).not.toMatch(/error/i);
    expect(ended.code).toBe(0);
    expect(templatesIn(folder('shipped'))).toEqual(['gpu-warden-prod.template.json']);
  });

  test('breaks no rule of AwsSolutions nor of the template’s validation', () => {
    const reports = reportIn(folder('shipped'));
    expect(reports.map(({ pluginName }) => pluginName)).toContain('AwsSolutions');
    const broken = reports.flatMap(({ violations }) => violations).map(({ ruleName }) => ruleName);
    expect(broken.filter((rule) => rule !== 'Annotation::gpu-warden:placeholders')).toEqual([]);
    expect(reports.filter(({ conclusion }) => conclusion !== 'success')).toEqual([]);
  });

  test('puts aside five rules, each in one place and with its reason', () => {
    const aside = reportIn(folder('shipped')).flatMap(({ suppressedViolations }) => suppressedViolations);
    expect(
      aside.map(({ ruleName, acknowledgedAt }) => `${ruleName.replace(/\[.*/, '')} at ${acknowledgedAt}`).sort(),
    ).toEqual([
      'AwsSolutions-APIG4 at gpu-warden-prod/Links/Api',
      'AwsSolutions-COG2 at gpu-warden-prod/SignIn/People',
      'AwsSolutions-COG8 at gpu-warden-prod/SignIn/People',
      'AwsSolutions-IAM5 at gpu-warden-prod/SendNotice',
      'AwsSolutions-SQS3 at gpu-warden-prod/EventDeadLetters',
    ]);
    for (const { reason } of aside) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });

  test('bundles every function, each into a bundle of its own', () => {
    const keys = bundlesIn('shipped')('gpu-warden-prod.template.json');
    expect(keys).toHaveLength(8);
    expect(new Set(keys).size).toBe(8);
    for (const key of keys) expect(existsSync(join(folder('shipped'), `asset.${key}`, 'index.mjs'))).toBe(true);
  });
});

test('another settings file: its stages, with its settings in template and bundles', async () => {
  const config = settingsFile('filled-in', { ...leastSettings(), stages: ['prod', 'test'] });
  const { code, stderr } = await synthesiseApp(folder('filled-in'), { config });
  expect(complaintsIn(stderr)).toBe('');
  expect(code).toBe(0);
  expect(reportIn(folder('filled-in')).flatMap(({ violations }) => violations)).toEqual([]);
  expect(templatesIn(folder('filled-in'))).toEqual(['gpu-warden-prod.template.json', 'gpu-warden-test.template.json']);
  const [prod, other] = templatesIn(folder('filled-in')).map(bundlesIn('filled-in'));
  // One bundle serves both: what a stage is called stands in its variables.
  expect(prod).toEqual(other);
  const shipped = bundlesIn('shipped')('gpu-warden-prod.template.json');
  expect(prod?.filter((key) => shipped.includes(key))).toHaveLength(1);
}, 120_000);

describe('it ends before anything is made', () => {
  test('where the settings have faults: all of them are said', async () => {
    const config = settingsFile('faulty', { ...leastSettings(), mail: { sender: 'nobody' }, deploymnt: {} });
    const { code, stderr } = await synthesiseApp(folder('faulty'), { config });
    expect(code).toBe(1);
    expect(stderr).toContain('The settings have 3 faults:');
    for (const path of [
      'mail.sender: given "nobody"',
      'mail.operator: given nothing',
      'deploymnt: given an unknown name',
    ]) {
      expect(stderr).toContain(path);
    }
    expect(templatesIn(folder('faulty'))).toEqual([]);
  });

  test('where there is no such settings file', async () => {
    const { code, stderr } = await synthesiseApp(folder('missing'), { config: 'no-such.config.ts' });
    expect(code).toBe(1);
    expect(stderr).toContain('There is no settings file "no-such.config.ts" in ');
    expect(templatesIn(folder('missing'))).toEqual([]);
  });
});

/** The stage as the app makes it, checked as the app has it checked, with a fault for each of the checks. */
const spoilt = `
  import { App, Validations } from 'aws-cdk-lib';
  import { Queue } from 'aws-cdk-lib/aws-sqs';
  import { AwsSolutionsChecks } from 'cdk-nag';
  import { readSettings } from '#adapters/configuration/define-config.ts';
  import { WardenStack } from '#infra/stack.ts';
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const settings = readSettings(${JSON.stringify(leastSettings())});
  const stack = new WardenStack(app, 'gpu-warden-prod', { stage: 'prod', settings, settingsFile: 'warden.config.ts' });
  new Queue(stack, 'Bare');
  stack.node.findChild('Table').node.defaultChild.addPropertyOverride('BillingMode', 'PAY_SOMEHOW');
  app.synth();
`;

test('the checks are on: they find faults', async () => {
  const { code } = await runInItsPlace(spoilt, folder('spoilt'), { 'aws:cdk:bundling-stacks': [] });
  expect(code).toBe(1);
  const found = reportIn(folder('spoilt')).flatMap(({ pluginName, conclusion, violations }) =>
    violations.map(({ ruleName }) => `${pluginName}, ${conclusion}: ${ruleName}`),
  );
  expect(found).toContain('AwsSolutions, failure: AwsSolutions-SQS4');
  expect(found).toContainEqual(expect.stringMatching(/^CloudFormation Validate, failure: /));
}, 120_000);
