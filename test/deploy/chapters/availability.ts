import assert from 'node:assert/strict';
import { openLink } from '../browser.ts';
import { linkIn, type Mail, readInbox } from '../inbox.ts';
import { awaited } from '../settings-file.ts';
import type { FunctionName, Stage } from '../stage.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';

/**
 * Runs a scheduled function again and again, with its schedule's own event, until something is seen. A run that finds another
 * still at work does nothing: one alone may be in vain.
 */
export const tickUntil = <Seen>(
  stage: Stage,
  name: FunctionName,
  what: string,
  look: () => Promise<Seen | undefined>,
): Promise<Seen> =>
  until(
    what,
    async () => {
      const { failed, answer } = await stage.invoke(name, await stage.scheduledEventOf(name));
      assert.ok(!failed, `${name} runs: ${answer}`);
      return look();
    },
    { withinSeconds: 60, everySeconds: 1 },
  );

/** Looks at the inventory until somebody is told that something is available; answers the mail. */
export const toldOfOffer = (world: World, stage: Stage, address: string): Promise<Mail> =>
  tickUntil(stage, 'watch-availability', `${address} is told of an offer`, async () =>
    (await readInbox(world.aws)).find(({ To, Subject }) => To.includes(address) && Subject.includes('available')),
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
  const mail = await toldOfOffer(world, stage, address);
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
