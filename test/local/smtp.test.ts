import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { RenderedMail } from '#domain/notice.ts';
import { loopback } from '#local/engines/loopback.ts';
import { createSmtpMailer } from '#local/smtp.ts';

const mail: RenderedMail = {
  subject: 'NVIDIA H100 is available in as-south-1',
  text: 'Two are free.',
  html: '<p>Two are free.</p>',
  headers: [
    { name: 'List-Unsubscribe', value: '<https://example.com/u/1>' },
    { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
  ],
};

const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

/** A real mail server that keeps what it is sent, and a mailer that sends there. */
const start = async (options: SMTPServerOptions = {}, credentials = '') => {
  const taken: { to: string[]; source: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      text(stream).then((source) => {
        taken.push({ to: session.envelope.rcptTo.map(({ address }) => address), source });
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => {});
  const listening = server.listen(0, loopback);
  await once(listening, 'listening');
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const mailer = createSmtpMailer({
    url: `smtp://${credentials}${loopback}:${port}`,
    sender: 'GPU Warden <warden@example.com>',
  });
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(async () => {
    mailer.close();
    await close();
  });
  return { mailer, taken, close };
};

test('a mail arrives as it was rendered, with its headers, at one address', async () => {
  const { mailer, taken } = await start();
  const sent = await mailer.send('ada@example.com', mail);
  expect(sent).toEqual({ result: 'accepted', messageId: expect.stringMatching(/^<.+@example\.com>$/) });
  expect(taken).toHaveLength(1);
  expect(taken[0]?.to).toEqual(['ada@example.com']);
  const source = taken[0]?.source.replaceAll('\r\n', '\n') ?? '';
  expect(source).toContain('From: GPU Warden <warden@example.com>\n');
  expect(source).toContain('To: ada@example.com\n');
  expect(source).toContain(`Subject: ${mail.subject}\n`);
  expect(source).toContain('List-Unsubscribe: <https://example.com/u/1>\n');
  expect(source).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click\n');
  expect(source).toContain(mail.text);
  expect(source).toContain(mail.html);
});

test.each([
  { code: 550, said: 'no such mailbox', result: 'refused' },
  { code: 450, said: 'mailbox busy', result: 'failed' },
])('$code for the recipient is $result, and nobody is named', async ({ code, said, result }) => {
  const { mailer, taken } = await start({
    onRcptTo: ({ address }, _, done) => done(refusal(code, `<${address}> ${said}`)),
  });
  const sent = await mailer.send('ada@example.com', mail);
  expect(sent).toEqual({ result, because: expect.stringContaining(said) });
  expect(JSON.stringify(sent)).not.toContain('ada@example.com');
  expect(taken).toEqual([]);
});

test.each([
  { code: 554, result: 'refused' },
  { code: 451, result: 'failed' },
])('$code for the content is $result', async ({ code, result }) => {
  const { mailer } = await start({
    onData: (stream, _, done) => {
      stream.resume().once('end', () => done(refusal(code, 'content')));
    },
  });
  expect(await mailer.send('ada@example.com', mail)).toMatchObject({ result });
});

test('a refused login says nothing about the recipient, and the password is not told', async () => {
  const { mailer } = await start(
    { onAuth: (_, __, done) => done(refusal(535, 'bad credentials')), allowInsecureAuth: true },
    'warden:sesame-42@',
  );
  const sent = await mailer.send('ada@example.com', mail);
  expect(sent).toEqual({ result: 'failed', because: expect.stringContaining('535') });
  expect(JSON.stringify(sent)).not.toContain('sesame-42');
});

test('a refused sender says nothing about the recipient', async () => {
  const { mailer } = await start({ onMailFrom: (_, __, done) => done(refusal(553, 'sender not allowed')) });
  expect(await mailer.send('ada@example.com', mail)).toMatchObject({ result: 'failed' });
});

test('a server that is away may be back', async () => {
  const { mailer, close } = await start();
  await close();
  expect(await mailer.send('ada@example.com', mail)).toMatchObject({
    result: 'failed',
    because: expect.stringContaining('ECONNREFUSED'),
  });
});
