import { oneLine } from '#adapters/look/one-line.ts';
import type { Instant } from '#domain/time.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, warning } from './finding.ts';
import { deployCommand } from './settings.ts';
import { NoSuchStack, outputKeys, type Stack } from './stack-facts.ts';
import { ago } from './time.ts';
import type { DeployedWorld } from './world.ts';

type Place = Pick<DeployedWorld, 'stage' | 'stackName' | 'configPath' | 'awsOptions'>;

const works = /^(CREATE|UPDATE|IMPORT)_COMPLETE$|^UPDATE_COMPLETE_CLEANUP_IN_PROGRESS$/;
/** The stack was never whole: what there is of it has to go before it can be deployed. */
const neverWhole = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED)$/;

const eventsCommand = ({ stackName, awsOptions }: Place): string =>
  `aws cloudformation describe-stack-events --stack-name ${stackName} --query "StackEvents[?contains(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatusReason]" --output text${awsOptions.flags}`;

const judgeStatus = ({ status, reason, changedAt }: Stack, place: Place, now: Instant): Judgement => {
  const seen = oneLine(`${place.stackName} is ${status}${reason === undefined ? '' : `: ${reason}`}`, 400);
  const why = { words: 'See what failed:', command: eventsCommand(place) };
  const deploy = { words: 'Then deploy again:', command: deployCommand(place) };
  if (works.test(status)) return ok(`${place.stackName} is ${status}, deployed ${ago(changedAt, now)}`);
  if (neverWhole.test(status)) {
    const destroy = { words: 'Take away what there is of it:', command: `npx cdk destroy ${place.stackName}` };
    return broken(seen, why, destroy, deploy);
  }
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    return warning(`${seen}; the last deployment failed, and what was there before it works on`, why, deploy);
  }
  if (status === 'REVIEW_IN_PROGRESS') return broken(`${seen}; it was never deployed`, deploy);
  if (status.startsWith('DELETE')) {
    return broken(seen, why, { words: 'It is being destroyed, or was and not all of it went.' });
  }
  if (status.endsWith('_IN_PROGRESS'))
    return warning(seen, { words: 'A deployment is under way: ask again when it is over.' });
  return broken(seen, why, deploy);
};

/** Whether the stack stands, and says everything that the other checks need. */
export const judgeStack = (stack: Stack, place: Place, now: Instant): Judgement => {
  const missing = outputKeys.filter((key) => !stack.outputs.get(key));
  const status = judgeStatus(stack, place, now);
  if (missing.length === 0 || status.verdict !== 'ok') return status;
  const step = { words: 'It was deployed by another version. Deploy this one:', command: deployCommand(place) };
  return joined([status, warning(`the stack does not tell ${missing.join(', ')}`, step)]);
};

export const lookAtStack = async (facts: Facts): Promise<Judgement> => {
  try {
    return judgeStack(await facts.stack(), facts, facts.clock());
  } catch (failure) {
    if (!(failure instanceof NoSuchStack)) throw failure;
    const region = await facts.aws.cloudformation.config.region();
    return broken(
      `there is no stack ${facts.stackName} in ${region}, in the account of these credentials`,
      { words: 'Deploy it:', command: deployCommand(facts) },
      { words: 'Or name what was deployed: --stage NAME, --region NAME, --profile NAME.' },
    );
  }
};
