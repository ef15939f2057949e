import assert from 'node:assert/strict';
import * as z from 'zod';
import type { MetricsProfile } from '#local/emulator/emulator.ts';
import { openLink } from '../browser.ts';
import { linkIn, type Mail, readInbox } from '../inbox.ts';
import { keepFor, ladderSeconds, people } from '../settings-file.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';
import { tickUntil } from './availability.ts';

const second = 1_000;
const storySeconds = 600;

/** A sample each second, so that looks may follow each other faster than the emulator's quarter minutes. */
const secondBySecond = (gpuPercent: number, cpuCores: number): MetricsProfile => {
  const from = Math.floor(Date.now() / second) * second;
  const samples = Array.from({ length: storySeconds }, (_, index) => ({
    at: from + (index - 10) * second,
    gpuPercent,
    cpuCores,
  }));
  return { kind: 'series', samples };
};
const idle = () => secondBySecond(0, 0.1);
const busy = () => secondBySecond(93, 9);

export type Cast = { readonly busyOne: string; readonly keptOne: string; readonly bouncedOne: string };
export const names: Cast = { busyOne: 'ana-training', keptOne: 'bob-notebook', bouncedOne: 'cho-finetune' };

/** Three runtimes come to be: one works, two do nothing. Answers their ids. */
export const enterRuntimes = ({ emulator, narrator }: World): Cast => {
  const add = (name: string, metrics: MetricsProfile) =>
    emulator.control.addRuntime({ name, metrics, terminatingFor: 1 }).id;
  const ids = {
    busyOne: add(names.busyOne, busy()),
    keptOne: add(names.keptOne, idle()),
    bouncedOne: add(names.bouncedOne, idle()),
  };
  narrator.see(`${names.busyOne} works, ${names.keptOne} and ${names.bouncedOne} do nothing`);
  return ids;
};

/** Looks at the runtimes again and again, as the schedule does each minute, until something is seen. */
const lookUntil = <Seen>(stage: Stage, what: string, look: () => Promise<Seen | undefined>): Promise<Seen> =>
  tickUntil(stage, 'guard-runtimes', what, look);

/** The mails to somebody about a runtime with such words in their subject. */
const mailsAbout = async ({ aws }: World, address: string, runtime: string, words: string) =>
  (await readInbox(aws)).filter(
    ({ To, Subject }) => To.includes(address) && Subject.includes(runtime) && Subject.includes(words),
  );

/** Looks until somebody has been warned of a runtime after so many warnings before. */
export const warned = async (
  world: World,
  stage: Stage,
  address: string,
  runtime: string,
  before = 0,
): Promise<Mail> => {
  const mail = await lookUntil(stage, `${address} is warned of ${runtime}`, async () =>
    (await mailsAbout(world, address, runtime, 'will be deleted')).at(before),
  );
  assert.match(mail.BodyText, /unsafe/i, 'the mail says that the ladder is an unsafe one');
  world.narrator.see(`"${mail.Subject}", to ${address}`);
  return mail;
};

const isRunning = ({ emulator }: World, id: string) => emulator.control.runtimes().some((runtime) => runtime.id === id);

/** Presses Keep in a warning: GET shows a page and changes nothing, the button posts. Answers when the keep ends. */
export const pressKeep = async ({ narrator }: World, mail: Mail): Promise<number> => {
  const link = linkIn(mail, 'keep');
  const page = await openLink(link);
  assert.equal(page.status, 200, page.body);
  assert.match(page.body, /Nothing has been changed yet/);
  const kept = await openLink(link, { for: keepFor });
  assert.equal(kept.status, 200, kept.body);
  assert.match(kept.body, /is kept/);
  narrator.see(`the link in it shows a page; its button keeps ${names.keptOne} for ${keepFor}`);
  return Date.now() + Number.parseInt(keepFor, 10) * second;
};

/** While it is kept it is neither warned about nor deleted, however idle; when that is over, it is warned about afresh. */
export const keptThenWarned = async (world: World, stage: Stage, id: string, keptUntil: number): Promise<Mail> => {
  const owner = people.ownerOf(names.keptOne);
  const before = (await mailsAbout(world, owner, names.keptOne, 'will be deleted')).length;
  await lookUntil(stage, 'the keep is over', async () => {
    const mails = await mailsAbout(world, owner, names.keptOne, 'will be deleted');
    assert.ok(isRunning(world, id), 'a kept runtime is not deleted');
    if (Date.now() >= keptUntil) return true;
    assert.equal(mails.length, before, 'a kept runtime is not warned about');
    return undefined;
  });
  world.narrator.see(`nothing happened to ${names.keptOne} while it was kept`);
  return warned(world, stage, owner, names.keptOne, before);
};

/** When the deletion is due that an accepted warning named, as its function noted it afterwards. */
const namedIn = (stage: Stage, runtime: string, acceptedAt: number): Promise<number> =>
  until(
    'the warning is noted in the log',
    async () =>
      (await stage.logOf('send-notice', Math.floor(acceptedAt)))
        .filter(({ message, name }) => message === 'runtime-warned' && name === runtime)
        .map(({ deleteAt }) => z.number().parse(deleteAt))
        .at(0),
    { withinSeconds: 10, everySeconds: 0.2 },
  );

/** Idle to the end: deleted at the provider, not before the time that its warning named, and its owner is told. */
export const deletedAfter = async (world: World, stage: Stage, id: string, warning: Mail): Promise<void> => {
  const { emulator, narrator } = world;
  const warnedAt = warning.Timestamp * second;
  const named = await namedIn(stage, names.keptOne, warnedAt);
  const clock = new Date(named).toISOString().slice(11, 19);
  assert.ok(warning.BodyText.includes(clock), `the mail names the time of the deletion, ${clock}`);
  await lookUntil(stage, `${names.keptOne} is deleted`, async () => (isRunning(world, id) ? undefined : true));
  const asked = emulator.control
    .requests()
    .filter(({ operation, path }) => operation === 'deleteRuntime' && path.includes(id));
  assert.equal(asked.length, 1, 'one DELETE was sent');
  const at = Number(asked[0]?.at);
  assert.ok(at >= named, `deleted at ${new Date(at).toISOString()}, not before ${clock}`);
  assert.ok(at >= warnedAt + ladderSeconds.lead * second, 'its owner had the lead after the warning was accepted');
  narrator.see(`deleted at the provider at ${new Date(at).toISOString().slice(11, 19)}; the mail had said ${clock}`);
  const told = await lookUntil(stage, 'its owner is told', async () =>
    (await mailsAbout(world, people.ownerOf(names.keptOne), names.keptOne, 'was deleted')).at(0),
  );
  narrator.see(`"${told.Subject}"`);
};

/** Its owner has begun to work with it. */
export const useAgain = async (world: World, stage: Stage, id: string): Promise<void> => {
  const since = Date.now();
  world.emulator.control.setRuntime(id, { metrics: busy() });
  await lookUntil(stage, `${names.bouncedOne} is spared`, async () =>
    (await stage.logOf('guard-runtimes', since)).find(
      ({ message, name }) => message === 'runtime-spared' && name === names.bouncedOne,
    ),
  );
  world.narrator.see(`${names.bouncedOne} is used again, and spared`);
};

/** Whoever works is left alone. */
export const seeSurvivors = async (world: World, { busyOne, bouncedOne }: Cast): Promise<void> => {
  for (const id of [busyOne, bouncedOne]) assert.ok(isRunning(world, id), 'who works is not deleted');
  const mails = (await readInbox(world.aws)).filter(({ Subject }) => Subject.includes(names.busyOne));
  assert.deepEqual(mails, [], 'nobody is written to about a busy runtime');
  world.narrator.see(`${names.busyOne} and ${names.bouncedOne} run on`);
};
