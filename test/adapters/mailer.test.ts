import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { digest, newId } from '#adapters/identity.ts';
import { createSesMailer } from '#adapters/mailer.ts';
import type { RenderedMail } from '#domain/notice.ts';
import { mailTopics, type OutgoingMail } from '#domain/outgoing-mail.ts';
import { type FaultProxy, startFaultProxy } from '#local/engines/fault-proxy.ts';
import { type Inbox, startInbox } from '#local/engines/inbox.ts';
import { loopback } from '#local/engines/loopback.ts';
import { mailClient } from '../local/sdk-clients.ts';
import { startMailService } from './mail-service.ts';

const sender = 'warden@example.com';
const ada = 'ada@example.com';
const rendered: RenderedMail = {
  subject: 'NVIDIA H100 is available in München ✓',
  text: 'Zwei sind frei – now.',
  html: '<p>Zwei sind frei – <b>now</b>.</p>',
  headers: [
    { name: 'List-Unsubscribe', value: '<https://links.example.com/unsubscribe?token=a.b.c>' },
    { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
  ],
};
const mail: OutgoingMail = { ...rendered, identity: { mailId: 'm1', recipientId: 'r1', about: 'warning' } };

describe('over a real mail service', () => {
  let inbox: Inbox;
  let proxy: FaultProxy;
  let client: SESv2Client;
  let mailer: ReturnType<typeof createSesMailer>;

  beforeAll(async () => {
    inbox = await startInbox();
    proxy = await startFaultProxy({ target: inbox.endpoint });
    client = mailClient(proxy.endpoint);
    mailer = createSesMailer(client, { sender });
  });
  afterEach(async () => {
    proxy.faults.clear();
    await inbox.clear();
  });
  afterAll(async () => {
    client.destroy();
    await proxy.close();
    await inbox.close();
  });

  test('a mail arrives as it was rendered, headers too, and its id is answered', async () => {
    await inbox.clear();
    const sent = await mailer.send(ada, mail);
    const [arrived, ...more] = await inbox.messages();
    expect(more).toEqual([]);
    expect(arrived).toMatchObject({ ...rendered, from: sender, to: [ada] });
    expect(sent).toEqual({ result: 'accepted', messageId: arrived?.messageId });
  });

  const requestOf = async (
    settings: Parameters<typeof createSesMailer>[1],
    sent = mail,
  ): Promise<Record<string, unknown>> => {
    const bodies: string[] = [];
    proxy.faults.add({ kind: 'throttle', match: ({ body }) => bodies.push(body) === 0 });
    await createSesMailer(client, settings).send(ada, sent);
    return JSON.parse(bodies[0] ?? '');
  };

  test('a configuration set is named where there is one, and only there', async () => {
    expect(await requestOf({ sender, configurationSet: 'warden' })).toMatchObject({ ConfigurationSetName: 'warden' });
    expect(await requestOf({ sender })).not.toHaveProperty('ConfigurationSetName');
  });

  test('every mail says, in tags, which one it is, for whom, and what it is about', async () => {
    const { EmailTags } = await requestOf({ sender });
    expect(EmailTags).toEqual([
      { Name: 'mailId', Value: 'm1' },
      { Name: 'recipientId', Value: 'r1' },
      { Name: 'about', Value: 'warning' },
    ]);
  });

  // SES refuses a mail with a tag that holds anything else.
  test.each(mailTopics)('the tags of a mail about %s hold nothing that SES does not take', async (about) => {
    const identity = { mailId: newId(), recipientId: digest(ada), about };
    const { EmailTags } = await requestOf({ sender }, { ...rendered, identity });
    expect(EmailTags).toHaveLength(3);
    for (const { Name, Value } of EmailTags as { Name: string; Value: string }[]) {
      expect(Name).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
      expect(Value).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
    }
  });

  test('every part of a mail is sent as UTF-8', async () => {
    const utf8 = { Charset: 'UTF-8' };
    expect(await requestOf({ sender })).toMatchObject({
      Content: { Simple: { Subject: utf8, Body: { Text: utf8, Html: utf8 } } },
    });
  });

  test.each([
    ['is throttled', { kind: 'throttle' }, /^TooManyRequestsException: /],
    ['is refused for a sender not verified', { kind: 'refuse', code: 'MessageRejected' }, /^MessageRejected: /],
    ['never reaches the service', { kind: 'drop-connection' }, /ECONNRESET|socket hang up/],
  ] as const)('a mail that %s has failed, may succeed later, and was not sent', async (_what, fault, because) => {
    proxy.faults.add({ match: 'SendEmail', ...fault });
    expect(await mailer.send(ada, mail)).toEqual({ result: 'failed', because: expect.stringMatching(because) });
    expect(await inbox.messages()).toEqual([]);
  });

  test('a mail of which the answer was lost has failed as far as we know', async () => {
    proxy.faults.add({ match: 'SendEmail', kind: 'drop-answer' });
    expect(await mailer.send(ada, mail)).toMatchObject({ result: 'failed' });
    expect(await inbox.messages()).toHaveLength(1);
  });

  test('a service that is not there is a failure, not an exception', async () => {
    const nowhere = mailClient(`http://${loopback}:1`);
    onTestFinished(() => nowhere.destroy());
    expect(await createSesMailer(nowhere, { sender }).send(ada, mail)).toEqual({
      result: 'failed',
      because: expect.stringMatching(/ECONNREFUSED/),
    });
  });
});

describe('what the mail service says', () => {
  const sendTo = async (status: number, code: string, message: string, address = ada) => {
    const client = mailClient(await startMailService(() => ({ status, code, message })));
    onTestFinished(() => client.destroy());
    return createSesMailer(client, { sender }).send(address, mail);
  };

  test.each([
    [400, 'MessageRejected', 'Content of the message was rejected.', 'refused'],
    [400, 'BadRequestException', 'Domain ends with dot', 'refused'],
    [400, 'MessageRejected', 'Email address is not verified.', 'failed'],
    [400, 'MessageRejected', 'Email Address Not Verified', 'failed'],
    [400, 'MailFromDomainNotVerifiedException', 'The MAIL FROM domain is not verified.', 'failed'],
    [400, 'SendingPausedException', 'Sending is paused.', 'failed'],
    [400, 'AccountSuspendedException', 'The account is suspended.', 'failed'],
    [429, 'LimitExceededException', 'Maximum sending rate exceeded.', 'failed'],
    [404, 'NotFoundException', 'Configuration set does not exist.', 'failed'],
    [403, 'AccessDeniedException', 'Not authorized to perform ses:SendEmail.', 'failed'],
    [500, 'InternalFailure', 'Something went wrong.', 'failed'],
    [503, 'ServiceUnavailable', 'Come back later.', 'failed'],
  ])('%d %s "%s" is %s', async (status, code, message, result) => {
    const sent = await sendTo(status, code, message);
    expect(sent).toMatchObject({ result, because: expect.stringContaining(message) });
  });

  test.each([
    'Email address is not verified. The following identities failed the check in region US-EAST-1: ADDRESS',
    'The identities ADDRESS, warden@example.com are not verified',
    'Invalid address <ADDRESS>; address "ADDRESS" was refused',
    "User name is missing: 'ADDRESS'.",
    'ADDRESS',
  ])('no address is in the reason: %s', async (message) => {
    for (const address of [ada, "o'brien@example.com", 'ada+h100!#$%&*=?^_`{|}~-@mail.example.co.uk']) {
      const sent = await sendTo(400, 'MessageRejected', message.replaceAll('ADDRESS', address), address);
      if (sent.result === 'accepted') throw new Error('nothing was accepted');
      expect(sent.because).not.toContain('@');
      for (const part of address.split('@')) expect(sent.because).not.toContain(part);
      expect(sent.because).toContain('<address>');
      expect(sent.because).not.toContain("o'");
    }
  });
});
