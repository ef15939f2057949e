import { SESv2Client } from '@aws-sdk/client-sesv2';
import { expect, test } from 'vitest';
import { createSesMailer } from '#adapters/mailer.ts';
import type { OutgoingMail } from '#domain/outgoing-mail.ts';
import { startInbox } from '#local/engines/inbox.ts';
import { createSimulatedMail, mailRequestHandler } from '#local/simulation/mail.ts';
import { mailClient } from '../local/sdk-clients.ts';

const mail: OutgoingMail = {
  subject: 'H100 is available – now',
  text: 'Line one\nLine two: 50 %',
  html: '<p>Line <b>one</b></p>',
  headers: [{ name: 'List-Unsubscribe', value: '<https://links.example.com/unsubscribe?token=1.a.b>' }],
  identity: { mailId: 'm-1', recipientId: 'r-1', about: 'availability' },
};
const settings = { sender: 'warden@example.com' };

const simulated = () => {
  const service = createSimulatedMail({ now: () => 7, newId: () => 'message-1' });
  const client = new SESv2Client({
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    endpoint: 'http://mail.simulated',
    requestHandler: mailRequestHandler(service.execute),
  });
  return { service, mailer: createSesMailer(client, settings) };
};

test('a mail comes out of the simulated service as it comes out of the inbox', async () => {
  const inbox = await startInbox();
  await inbox.clear();
  try {
    const client = mailClient(inbox.endpoint);
    expect(await createSesMailer(client, settings).send('ana@example.com', mail)).toMatchObject({ result: 'accepted' });
    client.destroy();
    const { service, mailer } = simulated();
    const sent = await mailer.send('ana@example.com', mail);
    expect(sent).toEqual({ result: 'accepted', messageId: 'message-1' });
    const [real] = await inbox.messages();
    const [ours] = service.accepted();
    expect([ours?.to, ours?.subject, ours?.text, ours?.html]).toEqual([
      real?.to[0],
      real?.subject,
      real?.text,
      real?.html,
    ]);
    expect(ours).toMatchObject({ at: 7, headers: { 'List-Unsubscribe': mail.headers[0]?.value }, tags: mail.identity });
  } finally {
    await inbox.close();
  }
});

test('what SES refuses is refused: a tag with an address in it, a header that is too long', async () => {
  const { service, mailer } = simulated();
  const tagged = { ...mail, identity: { ...mail.identity, recipientId: 'ana@example.com' } };
  const long = { ...mail, headers: [{ name: 'X-Long', value: 'x'.repeat(900) }] };
  for (const each of [tagged, long]) {
    expect(await mailer.send('ana@example.com', each)).toMatchObject({ result: 'refused' });
  }
  expect(service.accepted()).toEqual([]);
});
