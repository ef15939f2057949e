import { Annotations, CfnParameter, CfnRule, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Placeholder } from '#adapters/configuration/placeholders.ts';

export type FilledInProps = { readonly placeholders: readonly Placeholder[]; readonly settingsFile: string };

/** CloudFormation's messages have an end. */
const mostNamed = 12;

/**
 * Settings with placeholders can be looked at (`cdk synth`) but not deployed: CloudFormation checks a rule of the template before
 * it makes anything, and ends there with the list of what to fill in.
 */
export class FilledIn extends Construct {
  constructor(scope: Construct, id: string, { placeholders, settingsFile }: FilledInProps) {
    super(scope, id);
    if (placeholders.length === 0) return;
    const named = placeholders.slice(0, mostNamed).map(({ path, what }) => `${path}: ${what}`);
    const others = placeholders.length - named.length;
    const list = [...named, ...(others > 0 ? [`and ${others} more`] : [])].join('; ');
    const assertDescription = `Nothing was deployed. Fill in ${settingsFile} first: ${list}.`;
    Annotations.of(this).addWarningV2('gpu-warden:placeholders', `${settingsFile} cannot be deployed yet. ${list}.`);
    // A rule speaks about parameters: this one is for nobody to set.
    const answer = new CfnParameter(this, 'Answer', {
      default: 'no',
      description: `Whether ${settingsFile} is filled in; it is not. Fill it in and deploy anew instead of setting this.`,
    });
    new CfnRule(this, 'Rule', {
      assertions: [{ assert: Fn.conditionEquals(answer.valueAsString, 'yes'), assertDescription }],
    });
  }
}
