import type { TakenMail } from '#local/backtest/memory-world.ts';
import type { RuntimeState } from '#local/emulator/emulator.ts';
import { addSuccessor, changeUse, closeWindow, idleUse, type Load, openWindow } from './bill-load.ts';
import type { BillWorld } from './bill-world.ts';

/** From the beginning of its idle span to its deletion by the default ladder, and a while more. */
const ladderMinutes = 135;
/** Where nobody is warned. */
const fewMinutes = 30;
const windowMinutes = 10;
/** No more than 20 deletions in an hour. */
const minutesPerDeletion = 4;

/** Which minutes the events of the day fall into, from its beginning. */
export type Day = {
  readonly minutes: number;
  /** When each of the runtimes that are warned (the first ones) goes idle for good. */
  readonly idleFrom: readonly number[];
  readonly opensAt: readonly number[];
};

/** A day's events, one after the other in as short a time as the rules allow. */
export const dayOf = ({ warnings, deletions, windows }: Load): Day => {
  const warned = warnings / 2;
  const spread = Math.max(30, deletions * minutesPerDeletion);
  const minutes = warned === 0 ? fewMinutes : spread + ladderMinutes;
  return {
    minutes,
    idleFrom: Array.from({ length: warned }, (_, index) => 2 + Math.floor((index * spread) / warned)),
    opensAt: Array.from(
      { length: windows },
      (_, index) => Math.floor((index * (minutes - windowMinutes - 5)) / windows) + 3,
    ),
  };
};

const linkIn = (mail: TakenMail): string | undefined => /https?:\/\/\S+\/keep\?token=[\w.-]+/.exec(mail.text)?.[0];

const ownerIn = ({ address }: TakenMail): number => Number(/^owner(\d+)@/.exec(address)?.[1]);

/** A scanner or a person opens the link of every warning; who is not to lose the runtime presses Keep in the last one. */
const readMails = async (world: BillWorld, mails: readonly TakenMail[], deletions: number): Promise<void> => {
  for (const mail of mails) {
    const link = linkIn(mail);
    if (link === undefined) continue;
    await world.visit('GET', link);
    if (mail.subject.startsWith('Last warning') && ownerIn(mail) >= deletions) {
      await world.visit('POST', link, { for: '4h' });
    }
  }
};

const ends = (opensAt: number) => opensAt + windowMinutes;

/** Lives through the minutes in which the events of a day happen. */
export const liveThroughDay = async (
  world: BillWorld,
  runtimes: readonly RuntimeState[],
  load: Load,
): Promise<void> => {
  const { control } = world;
  const { minutes, idleFrom, opensAt } = dayOf(load);
  const usual = runtimes.slice(idleFrom.length);
  for (let minute = 0; minute < minutes; minute += 1) {
    for (const [index, at] of idleFrom.entries()) {
      if (at === minute) control.setRuntime(runtimes[index]?.id ?? '', { metrics: idleUse(index) });
    }
    for (const [window, at] of opensAt.entries()) {
      if (at === minute) openWindow(control, window);
      if (ends(at) === minute) closeWindow(control, window);
    }
    changeUse(control, usual, world.minutes());
    const mails = await world.tick();
    await readMails(world, mails, load.deletions);
    for (const mail of mails.filter(({ subject }) => /\bwas deleted\b/.test(subject)))
      addSuccessor(control, ownerIn(mail));
  }
};

/** Minutes in which nothing happens but what always does. */
export const liveQuietly = async (
  world: BillWorld,
  runtimes: readonly RuntimeState[],
  minutes: number,
): Promise<void> => {
  for (let minute = 0; minute < minutes; minute += 1) {
    changeUse(world.control, runtimes, world.minutes());
    await world.tick();
  }
};
