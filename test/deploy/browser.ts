import { request } from 'node:https';
import { loopback } from '#local/engines/loopback.ts';

export type Page = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
};

export type Sent = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * Asks an API. MiniStack tells APIs apart by their host's name, which no name server knows and no certificate names.
 */
export const ask = (link: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Page> => {
  const { host, port, pathname, search } = new URL(link);
  const { promise, resolve, reject } = Promise.withResolvers<Page>();
  const sent = request(
    {
      host: loopback,
      port,
      servername: 'localhost',
      path: `${pathname}${search}`,
      method,
      headers: { host, ...headers },
    },
    async (answer) => {
      answer.setEncoding('utf8');
      try {
        let page = '';
        for await (const chunk of answer) page += chunk;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: page });
      } catch (failure) {
        reject(failure);
      }
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
};

/** Opens a link as a browser would; a form is posted. */
export const openLink = (link: string, form?: Readonly<Record<string, string>>): Promise<Page> =>
  form === undefined
    ? ask(link)
    : ask(link, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      });
