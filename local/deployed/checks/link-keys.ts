import { LinkKeysError, linkKeysIn } from '#adapters/secrets/link-keys.ts';
import { isMissing } from './credential.ts';
import { type Facts, readParameter } from './facts.ts';
import { broken, type Judgement, ok, type Step } from './finding.ts';

const newKeyStep = ({ stage, awsOptions }: Facts): Step => ({
  words: 'Make new ones; links that were sent so far stop working:',
  command: `npm run rotate-link-keys -- --stage ${stage} --create${awsOptions.flags}`,
});

/** Whether links can be signed and read. Of the keys only their versions are said. */
export const judgeLinkKeys = (value: string, parameter: string, newKey: Step): Judgement => {
  try {
    const [first = '', ...others] = linkKeysIn(value, parameter).map(({ version }) => version);
    const old =
      others.length === 0 ? '' : `; ${others.join(', ')} still ${others.length === 1 ? 'verifies' : 'verify'}`;
    return ok(`key ${first} signs${old}`);
  } catch (failure) {
    if (!(failure instanceof LinkKeysError)) throw failure;
    return broken(failure.message, newKey);
  }
};

export const lookAtLinkKeys = async (facts: Facts): Promise<Judgement> => {
  const parameter = await facts.output('LinkKeysParameter');
  const newKey = newKeyStep(facts);
  try {
    const { Value = '' } = await readParameter(facts, parameter);
    for (const secret of [Value, ...Value.split(',').map((key) => key.replace(/^[^:]*:/, ''))]) {
      facts.secrets.learn(secret.trim());
    }
    return judgeLinkKeys(Value, parameter, newKey);
  } catch (failure) {
    if (isMissing(failure)) return broken(`there is no parameter ${parameter}`, newKey);
    throw failure;
  }
};
