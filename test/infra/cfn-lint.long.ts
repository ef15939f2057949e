import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import config from '../../warden.config.ts';
import { installedPythonPackage, PythonMissingError } from '../deploy/python.ts';
import { adding } from './rule.ts';
import { filledIn, synthesise, synthesiseOne, type Template } from './stage.ts';

const cfnLint = { name: 'cfn-lint', version: '1.58.0' } as const;
/** Where the stack is likely to stand; what a template may hold differs by region. */
const regions = ['us-east-1', 'eu-west-1', 'eu-central-1', 'ap-south-1'];

const folder = mkdtempSync(join(tmpdir(), 'warden-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let commands: string | undefined;
beforeAll(async () => {
  try {
    commands = await installedPythonPackage(cfnLint);
  } catch (failure) {
    if (!(failure instanceof PythonMissingError) || process.env.CI === 'true') throw failure;
    console.warn(`The templates are not linted. ${failure.message}`);
  }
}, 420_000);

const finding = z.object({
  Rule: z.object({ Id: z.string() }),
  Message: z.string(),
  Location: z.object({ Path: z._default(z.nullable(z.array(z.union([z.string(), z.number()]))), null) }),
});
const ended = z.object({ stdout: z.string() });

/** Everything that cfn-lint says of a template. */
const findingsIn = async (python: string, name: string, template: Template): Promise<readonly string[]> => {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(template));
  const words = ['--format', 'json', '--regions', ...regions, '--template', file];
  const { stdout } = ended.parse(
    await promisify(execFile)(join(python, 'cfn-lint'), words, { timeout: 110_000, env: { PATH: python } }).catch(
      (failure: unknown) => failure,
    ),
  );
  const findings = z.array(finding).parse(JSON.parse(stdout));
  return findings.map(({ Rule, Message, Location }) => `${Rule.Id} at ${Location.Path?.join('/')}: ${Message}`);
};

const variants = {
  'as shipped': config,
  'filled in': filledIn(),
  'with an address to verify': filledIn({
    mail: { sender: 'a@gpu.dev', operator: 'b@gpu.dev', identity: 'create-address' },
  }),
  'with a domain to verify': filledIn({
    mail: { sender: 'a@gpu.dev', operator: 'b@gpu.dev', identity: 'create-domain' },
  }),
  'that keeps nothing': filledIn({ deployment: { keepData: false, alarmsTo: 'on-call@gpu.dev' } }),
};

test.for(Object.entries(variants))(
  'cfn-lint has nothing to say of a stage %s',
  { timeout: 120_000 },
  async ([name, settings], { skip }) => {
    if (commands === undefined) return skip('no Python');
    for (const { raw } of synthesise(settings)) expect(await findingsIn(commands, name, raw)).toEqual([]);
  },
);

test('it says what is wrong where something is', async ({ skip }) => {
  if (commands === undefined) return skip('no Python');
  const template = adding('AWS::SQS::Queue', { VisibilityTimeout: 'soon' }).apply(synthesiseOne().raw);
  expect(await findingsIn(commands, 'wrong', template)).toContainEqual(expect.stringContaining('Resources/Another'));
}, 120_000);
