import assert from 'node:assert/strict';
import { openLink } from '../browser.ts';
import { linkIn, type Mail, readInbox } from '../inbox.ts';
import { awaited } from '../settings-file.ts';
import type { FunctionName, Stage } from '../stage.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';

/** One run of a scheduled function, with its schedule's own event. */
export const tick = async (stage: Stage, name: FunctionName): Promise<void> => {
  const { failed, answer } = await stage.invoke(name, await stage.scheduledEventOf(name));
  assert.ok(!failed, `${name} runs: ${answer}`);
};

/** The first mail to somebody whose subject is like that, once it is there. */
export const mailTo = (world: World, address: string, subject: RegExp): Promise<Mail> =>
  until(
    `a mail to ${address} like ${subject}`,
    async () => (await readInbox(world.aws)).find(({ To, Subject }) => To.includes(address) && subject.test(Subject)),
    { withinSeconds: 20, everySeconds: 0.2 },
  );

export const closeOffer = ({ emulator }: World): void => {
  emulator.control.setOffer({ ...awaited, available: 0, total: 8 });
};

/** The emulator opens an offer; whoever waits for it is told. Answers the mail. */
export const tellOfOpenedOffer = async (world: World, stage: Stage, address: string): Promise<Mail> => {
  const { emulator, narrator } = world;
  assert.deepEqual(
    (await readInbox(world.aws)).filter(({ To }) => To.includes(address)),
    [],
    'nobody is told before',
  );
  emulator.control.setOffer({ ...awaited, available: 8 });
  const openedAt = performance.now();
  await tick(stage, 'watch-availability');
  const mail = await mailTo(world, address, /is available/);
  const seconds = ((performance.now() - openedAt) / 1_000).toFixed(1);
  narrator.see(`${seconds} s after the offer opened: "${mail.Subject}", to ${address}`);
  return mail;
};

/** The link in a mail shows a page that changes nothing. */
export const seeUnsubscribePage = async ({ narrator }: World, mail: Mail): Promise<string> => {
  const link = linkIn(mail, 'unsubscribe');
  const page = await openLink(link);
  assert.equal(page.status, 200, page.body);
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  narrator.see('its unsubscribe link shows a page, with Referrer-Policy: no-referrer');
  return link;
};
