import { seeHealth, useApi } from './chapters/api.ts';
import * as availability from './chapters/availability.ts';
import { bounceWarning } from './chapters/bounces.ts';
import { createRuntimes } from './chapters/creating.ts';
import * as deployment from './chapters/deployment.ts';
import { seeNothingStays, seeWhatStays } from './chapters/end.ts';
import * as firstRun from './chapters/first-run.ts';
import * as guardrails from './chapters/guardrails.ts';
import { askDoctor, rotateLinkKeys, seeNewKey } from './chapters/operator.ts';
import { alarmsHear, breakToken, mendToken, poisonQueue } from './chapters/troubles.ts';
import { changedSettings, people, testSettings, throwawaySettings, writeSettings } from './settings-file.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

/** Into an account that has never seen any of this. */
const begin = async (world: World, settingsFile: string): Promise<Stage> => {
  const { chapter } = world.narrator;
  await chapter('the account is made ready for the CDK', () => deployment.bootstrap(world));
  const stage = await chapter('cdk deploy, with settings filled in', () => deployment.deploy(world, settingsFile));
  await chapter('without a token the functions say what to do', () => firstRun.runWithoutToken(world, stage));
  await chapter('the next steps are followed', async () => {
    await firstRun.setToken(world, stage, world.emulator.token);
    await firstRun.confirmSender(world, stage);
  });
  return stage;
};

const watchForGpus = async (world: World, stage: Stage): Promise<string> => {
  const { chapter } = world.narrator;
  return chapter('an offer opens, and whoever waits for it is told', async () => {
    const mail = await availability.tellOfOpenedOffer(world, stage, people.watcher);
    return availability.seeUnsubscribePage(world, mail);
  });
};

const guardRuntimes = async (world: World, stage: Stage): Promise<void> => {
  const { chapter } = world.narrator;
  const { names } = guardrails;
  const ids = guardrails.enterRuntimes(world);
  const first = await chapter('owners of idle runtimes are warned', async () => ({
    kept: await guardrails.warned(world, stage, people.ownerOf(names.keptOne), names.keptOne),
    bounced: await guardrails.warned(world, stage, people.ownerOf(names.bouncedOne), names.bouncedOne),
  }));
  const keptUntil = await chapter('one presses Keep', () => guardrails.pressKeep(world, first.kept));
  await chapter('the other’s warning bounces: the next in line is warned', async () => {
    await bounceWarning(world, stage, first.bounced);
    await guardrails.useAgain(world, stage, ids.bouncedOne);
  });
  const last = await chapter('the keep ends, and there is a fresh warning', () =>
    guardrails.keptThenWarned(world, stage, ids.keptOne, keptUntil),
  );
  await chapter('what stays idle is deleted, what works is not', async () => {
    await guardrails.deletedAfter(world, stage, ids.keptOne, last);
    await guardrails.seeSurvivors(world, ids);
  });
};

/** Everything that a stage is there for, from an empty account to an empty account, seen from outside. */
export const tellStory = async (world: World): Promise<void> => {
  const { chapter } = world.narrator;
  const settings = testSettings(world.emulator);
  const settingsFile = await writeSettings(world.runFolder, settings);
  availability.closeOffer(world);

  const startedAt = Date.now();
  const stage = await begin(world, settingsFile);
  const tokenSetAt = Date.now();
  await chapter('a second deployment changes nothing', () => deployment.deployTheSameAgain(world, settingsFile));
  await chapter('settings with placeholders are not deployed', () => deployment.refusePlaceholders(world));
  await chapter('each schedule fires by itself', () => firstRun.seeSchedulesFire(world, tokenSetAt));
  const oldLink = await watchForGpus(world, stage);
  const operatorsToken = await chapter('an invited person makes a watch by the API', () => useApi(world, stage));
  await chapter('an operator has runtimes created, by the API and by a watch', () =>
    createRuntimes(world, stage, operatorsToken),
  );
  await guardRuntimes(world, stage);
  await chapter('the doctor finds nothing broken', () => askDoctor(world, stage, settingsFile));
  await chapter('keys are rotated, and old links still work', () => rotateLinkKeys(world, oldLink));
  await chapter('a changed setting reaches the functions', async () => {
    await writeSettings(world.runFolder, changedSettings(settings));
    await deployment.deployChange(world, settingsFile);
    const mail = await availability.toldOfOffer(world, stage, people.secondWatcher);
    world.narrator.see(`"${mail.Subject}", to ${people.secondWatcher}, who was not in the settings before`);
    await seeNewKey(world, mail, oldLink);
  });
  await chapter('the alarms hear of every run', () => alarmsHear(world, stage, startedAt));
  await chapter('a poison message is a dead letter', async () => {
    await poisonQueue(world, stage);
    await seeHealth(world, stage, operatorsToken, { notices: 1, events: 0 });
  });
  await chapter('a broken token sets off an alarm', () => breakToken(world, stage, world.emulator.token));
  await chapter('a new token mends it', () => mendToken(world, stage));
  await chapter('cdk destroy leaves what it said it would', async () => {
    await deployment.destroy(world, settingsFile);
    await seeWhatStays(world, stage);
  });
  await chapter('deploy again, destroy again: nothing is in the way', async () => {
    await writeSettings(world.runFolder, throwawaySettings(settings));
    await deployment.deploy(world, settingsFile);
    await deployment.destroyWhatIsSynthesised(world);
    await seeNothingStays(world);
  });
};
