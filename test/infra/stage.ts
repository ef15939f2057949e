import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod/mini';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { WardenStack } from '#infra/stack.ts';
import { leastSettings } from '../configuration/example.ts';
import { cdkContext } from './cdk-app.ts';
import { resolved } from './resolve.ts';

const resource = z.looseObject({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
});
const templateShape = z.looseObject({
  Parameters: z._default(z.record(z.string(), z.unknown()), {}),
  Rules: z._default(z.record(z.string(), z.unknown()), {}),
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })),
});

/** A CloudFormation template, parsed as far as everybody needs it. */
export type Template = z.output<typeof templateShape>;

export const parseTemplate = (json: unknown): Template => templateShape.parse(json);

export type Stage = {
  readonly stackName: string;
  /** As CloudFormation gets it. */
  readonly raw: Template;
  /** As an account would have it: names and ARNs in the place of references. */
  readonly template: Template;
};

/** Settings without placeholders; `change` are further sections. */
export const filledIn = (change: object = {}): object => ({ ...leastSettings(), ...change });

/** Else the CDK prints what it would remark on at the end. */
const withoutRemarks = { '@aws-cdk/core:annotationsInValidationReport': false };

/** The stages that these settings ask for, in one app, without their bundles and without any checks of the CDK's own. */
export const synthesise = (input: object): readonly Stage[] => {
  const settings = readSettings(input);
  const outdir = mkdtempSync(join(tmpdir(), 'warden-stage-'));
  try {
    const app = new App({
      outdir,
      context: { ...cdkContext, ...withoutRemarks, 'aws:cdk:bundling-stacks': [] },
      analyticsReporting: false,
      treeMetadata: false,
      builtinCloudFormationValidation: false,
    });
    const names = settings.stages.map((stage) => [stage, `gpu-warden-${stage}`] as const);
    for (const [stage, name] of names)
      new WardenStack(app, name, { stage, settings, settingsFile: 'warden.config.ts' });
    const assembly = app.synth();
    return names.map(([, stackName]) => {
      const raw = parseTemplate(assembly.getStackByName(stackName).template);
      return { stackName, raw, template: parseTemplate(resolved(raw, stackName)) };
    });
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};

const only = ([stage]: readonly Stage[]): Stage => {
  if (stage === undefined) throw new RangeError('No stage was synthesised.');
  return stage;
};

/** The only stage of these settings. */
export const synthesiseOne = (change: object = {}): Stage => only(synthesise(filledIn(change)));

let memory: Stage | undefined;

/** The stage `prod` with the least settings, synthesised once for all tests of a process. Nobody may change it. */
export const prod = (): Stage => {
  memory ??= synthesiseOne();
  return memory;
};

/** The resources of a type, with what a test asks of their properties. */
export const resourcesOf = <Shape extends z.ZodMiniType>(template: Template, type: string, shape: Shape) =>
  Object.entries(template.Resources).flatMap(([id, { Type, Properties }]): { id: string; is: z.output<Shape> }[] =>
    Type === type ? [{ id, is: shape.parse(Properties) }] : [],
  );
