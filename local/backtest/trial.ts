import { readSettings } from '#adapters/configuration/define-config.ts';
import { builtInPolicy } from '#adapters/configuration/guard-policy.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { PlanError } from '../plan/plan-error.ts';

/** A policy as the settings have it. */
export type TrialPolicy = Settings['guardrails']['policies'][number];

/** A policy that is tried on the past: its name in the report, and the settings that have only this one. */
export type Trial = { readonly name: string; readonly policy: TrialPolicy; readonly settings: Settings };

export const builtInName = 'default';

/** Every runtime's owner is its own, so that no mail holds back another; nobody else is told. */
const owners = [{ name: '{owner}', to: '{owner}@example.com' }];

const usualSettings = (): Settings =>
  readSettings({
    provider: { organisation: 'org-past', projects: ['prj-past'], callsPerSecond: 1000 },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
  });

/** The policy alone, for every runtime and enforced, among the guardrails of the given settings. */
const alone = (policy: TrialPolicy, given: Settings): Settings => {
  const { fallback: _, ...guardrails } = given.guardrails;
  const { fallback: __, ...own } = policy;
  return {
    ...given,
    provider: usualSettings().provider,
    mail: { ...usualSettings().mail, timeZone: given.mail.timeZone },
    guardrails: {
      ...guardrails,
      mode: 'enforce',
      policies: [{ ...own, match: {}, mode: 'enforce' }],
      exemptions: [],
      owners,
      sampleOffsetSeconds: 0,
    },
  };
};

const trialOf = (policy: TrialPolicy, given: Settings, name = policy.name): Trial => ({
  name,
  policy,
  settings: alone(policy, given),
});

/** The built-in policy, whatever any settings say. */
export const builtInTrial = (): Trial => trialOf(builtInPolicy(), usualSettings(), builtInName);

/** The same trial with another policy, under a name of its own. */
export const variant = (trial: Trial, policy: TrialPolicy, name: string): Trial =>
  trialOf(policy, trial.settings, name);

/**
 * The policy of that name.
 *
 * @param load the settings, where they are needed: the built-in policy needs none
 * @throws PlanError that lists the names there are
 */
export const trialNamed = async (name: string, load: () => Promise<Settings>): Promise<Trial> => {
  if (name === builtInName) return builtInTrial();
  const settings = await load();
  const { policies } = settings.guardrails;
  const policy = policies.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (policy !== undefined) return trialOf(policy, settings);
  const names = [builtInName, ...policies.map((each) => each.name)];
  throw new PlanError(`There is no policy ${JSON.stringify(name)} in the settings; there is ${names.join(', ')}.`);
};
