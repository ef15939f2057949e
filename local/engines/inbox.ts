import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import * as z from 'zod/mini';
import type { Instant } from '#domain/time.ts';
import { closeServer, freePort, loopback, portOf } from './loopback.ts';

/** A mail as the inbox took it. `at` is in whole seconds of real time. */
export type InboxMail = {
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly at: Instant;
};

/** An SES v2 that runs here and shows what it was sent: `endpoint` for an SDK client, `url` for a browser. */
export type Inbox = {
  readonly endpoint: string;
  readonly url: string;
  /** Every mail since the start or since `clear`, oldest first. */
  readonly messages: () => Promise<readonly InboxMail[]>;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * A CommonJS package with a `default` of its own, which Node and vitest import differently; `require` gives both the same.
 */
const engine: { readonly default: (options: { host: string; port: number }) => Promise<Server> } = createRequire(
  import.meta.url,
)('aws-ses-v2-local');

const storeSchema = z.object({
  emails: z.array(
    z.object({
      messageId: z.string(),
      from: z.string(),
      destination: z.object({ to: z.array(z.string()), cc: z.array(z.string()), bcc: z.array(z.string()) }),
      subject: z.string(),
      body: z.object({ html: z.optional(z.string()), text: z.optional(z.string()) }),
      headers: z.optional(z.array(z.object({ name: z.string(), value: z.string() }))),
      at: z.number(),
    }),
  ),
});

const readStore = async (endpoint: string): Promise<readonly InboxMail[]> => {
  const answer = await fetch(`${endpoint}/store`);
  if (!answer.ok) throw new Error(`The inbox at ${endpoint} answers ${answer.status} when asked for its mails`);
  const { emails } = storeSchema.parse(await answer.json());
  return emails.map(({ messageId, from, destination, subject, body, headers, at }) => ({
    messageId,
    from,
    to: destination.to,
    subject,
    text: body.text,
    html: body.html,
    headers: headers ?? [],
    at: at * 1_000,
  }));
};

/**
 * Starts the inbox. The engine keeps its mails in a global of its module: two inboxes of one process show the same mails,
 * and they outlive `close`; a test begins with `clear`.
 */
export const startInbox = async (options: { port?: number; host?: string } = {}): Promise<Inbox> => {
  const host = options.host ?? loopback;
  const server = await engine.default({ host, port: await freePort(options.port) });
  if (!server.listening) throw new Error(`The inbox cannot listen on ${host}`);
  const endpoint = `http://${host}:${portOf(server)}`;
  return {
    endpoint,
    url: `${endpoint}/`,
    messages: () => readStore(endpoint),
    clear: async () => {
      await fetch(`${endpoint}/clear-store`, { method: 'POST' });
    },
    close: () => closeServer(server),
  };
};
