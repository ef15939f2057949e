import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { settingsHash } from '#adapters/configuration/settings-hash.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, type Step, warning } from './finding.ts';
import type { DeployedWorld } from './world.ts';

type Place = Pick<DeployedWorld, 'stage' | 'stackName' | 'configPath'>;

const fileOf = ({ configPath }: Place): string => configPath ?? 'warden.config.ts';

/** How this stage is deployed with these settings. */
export const deployCommand = ({ stackName, configPath }: Place): string =>
  `npx cdk deploy ${stackName}${configPath === undefined ? '' : ` -c config=${configPath}`}`;

/** What somebody changed or deleted by hand CloudFormation does not see unless it is told to look. */
export const mendStep = ({ stackName, configPath }: Place): Step => ({
  words: 'The deployment makes it, and somebody changed or deleted it since. Bring it back:',
  command: `npx cdk deploy ${stackName} --revert-drift${configPath === undefined ? '' : ` -c config=${configPath}`}`,
});

const deployStep = (place: Place, words: string): Step => ({ words, command: deployCommand(place) });

const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));

/** Whether the file of the settings can be read and is filled in. */
export const judgeSettings = (settings: Settings, place: Place): Judgement => {
  const file = fileOf(place);
  const left = placeholdersIn(settings).map(({ path, what }) => `  ${path}: ${what}`);
  if (left.length > 0) {
    return broken(
      [`${file} has ${left.length === 1 ? 'a placeholder' : `${left.length} placeholders`}:`, ...left],
      deployStep(place, 'Put your own values in, and deploy; or name the file that was deployed, with --config PATH.'),
    );
  }
  if (!settings.stages.includes(place.stage)) {
    return warning(`${file} has no stage ${place.stage}, but ${settings.stages.join(', ')}`, {
      words: `Add it to \`stages\`, or name the file that was deployed, with --config PATH.`,
    });
  }
  return ok(`${file} is read, and filled in`);
};

export const lookAtSettings = async (facts: Facts): Promise<Judgement> => {
  try {
    return judgeSettings(await facts.settings(), facts);
  } catch (failure) {
    return broken(
      [
        `${fileOf(facts)} cannot be used:`,
        ...wordsOf(failure)
          .split('\n')
          .map((line) => `  ${line}`),
      ],
      {
        words: 'Mend it (docs/settings.md), or name another file with --config PATH.',
      },
    );
  }
};

/** Whether what is deployed was made of the settings on disk. @param deployed the stack's output `SettingsHash` */
export const judgeDeployedSettings = (settings: Settings, deployed: string | undefined, place: Place): Judgement => {
  if (deployed === settingsHash(settings)) return ok(`the deployed settings are those of ${fileOf(place)}`);
  const seen =
    deployed === undefined
      ? 'the stack does not say which settings it was deployed with'
      : `the deployed settings are not those of ${fileOf(place)}: what is judged by the settings is judged by those on disk`;
  return warning(
    seen,
    deployStep(place, 'Deploy those on disk, or name the file that was deployed, with --config PATH:'),
  );
};

export const lookAtDeployedSettings = async (facts: Facts): Promise<Judgement> => {
  const [settings, { outputs }] = await Promise.all([facts.neededSettings(), facts.neededStack()]);
  return judgeDeployedSettings(settings, outputs.get('SettingsHash'), facts);
};

const modeWords = ({ guardrails }: Settings): string => {
  const enforcing = guardrails.policies.filter(({ mode }) => mode === 'enforce').map(({ name }) => name);
  if (guardrails.mode === 'enforce') return 'enforce: owners are warned, and idle runtimes are deleted';
  if (enforcing.length > 0)
    return `observe, but policy ${enforcing.join(', ')} enforces: its idle runtimes are deleted`;
  return 'observe: nothing is deleted; the operator is told once a day what would have been';
};

/** What the settings let Warden do, and whether they are fit for people's machines. */
export const judgeMode = (settings: Settings): Judgement => {
  const { guardrails } = settings;
  const mode = ok(modeWords(settings));
  if (!guardrails.unsafeShortLadder) return mode;
  const unsafe = warning('UNSAFE SHORT LADDER: this installation may delete within minutes; meant for tests', {
    words: 'Take `unsafeShortLadder` out of the settings, and deploy, unless this stage is a test.',
  });
  return joined([unsafe, mode]);
};

export const lookAtMode = async (facts: Facts): Promise<Judgement> => judgeMode(await facts.neededSettings());
