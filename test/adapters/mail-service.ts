import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';

/** An error of SendEmail. Source: the errors of SendEmail in the SES v2 API reference. */
export type MailError = { readonly status: number; readonly code: string; readonly message: string };

const requestSchema = z.object({ Destination: z.object({ ToAddresses: z.tuple([z.string()]) }) });

/** An SES that refuses whom it is told to, in words of its own, until the test is over. Answers its endpoint. */
export const startMailService = async (errorFor: (address: string) => MailError | undefined): Promise<string> => {
  const server = createServer(async (incoming, response) => {
    const [address] = requestSchema.parse(await json(incoming)).Destination.ToAddresses;
    const error = errorFor(address);
    const headers = { 'content-type': 'application/json', ...(error && { 'x-amzn-errortype': error.code }) };
    const answer = error === undefined ? { MessageId: `taken for ${address}` } : { message: error.message };
    response.writeHead(error?.status ?? 200, headers).end(JSON.stringify(answer));
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => closeServer(server));
  return `http://${loopback}:${port}`;
};
