import { GetScheduleCommand, type GetScheduleCommandOutput } from '@aws-sdk/client-scheduler';
import type { Instant } from '#domain/time.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, warning } from './finding.ts';
import { mendStep } from './settings.ts';
import { listed } from './stack-facts.ts';
import { ago } from './time.ts';

/** A schedule as AWS has it, as far as it is judged. */
export type Schedule = Pick<GetScheduleCommandOutput, 'State' | 'ScheduleExpression' | 'EndDate' | 'Target'>;

const consoleOf = (region: string, group: string, name: string): string =>
  `https://${region}.console.aws.amazon.com/scheduler/home?region=${region}#schedules/${group}/${name}`;

/** Whether a schedule starts its function. @param where its page in the console */
export const judgeSchedule = (name: string, schedule: Schedule, where: string, now: Instant): Judgement => {
  const seen = `${name}: ${schedule.State ?? 'of unknown state'}, ${schedule.ScheduleExpression ?? 'without a time'}`;
  if (schedule.State !== 'ENABLED') {
    return broken(`${seen}: it starts nothing`, { words: `Somebody switched it off. Switch it on at ${where}` });
  }
  const end = schedule.EndDate?.getTime();
  if (end !== undefined && end <= now) {
    return broken(`${seen}: it ended ${ago(end, now)}`, { words: `Take its end away at ${where}` });
  }
  if (schedule.Target?.DeadLetterConfig?.Arn === undefined) {
    return warning(`${seen}: it has no dead-letter queue, so that a start that fails is lost`, {
      words: `Somebody changed it. Mend it at ${where}`,
    });
  }
  return ok(seen);
};

const lookAtSchedule = async (facts: Facts, output: string, region: string): Promise<Judgement> => {
  // A schedule outside the default group is told as group/name.
  const [name = '', group = 'default'] = output.split('/').reverse();
  try {
    const schedule = await facts.aws.scheduler.send(new GetScheduleCommand({ Name: name, GroupName: group }));
    return judgeSchedule(name, schedule, consoleOf(region, group, name), facts.clock());
  } catch (failure) {
    if (!(failure instanceof Error && failure.name === 'ResourceNotFoundException')) throw failure;
    return broken(`there is no schedule ${output}: its function is never started`, mendStep(facts));
  }
};

export const lookAtSchedules = async (facts: Facts): Promise<Judgement> => {
  const outputs = listed(await facts.output('Schedules'));
  const region = await facts.aws.scheduler.config.region();
  return joined(await Promise.all(outputs.map((output) => lookAtSchedule(facts, output, region))));
};
