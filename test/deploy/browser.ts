import { request } from 'node:https';
import { loopback } from '#local/engines/loopback.ts';

export type Page = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
};

/**
 * Opens a link as a browser would; a form is posted. MiniStack tells APIs apart by their host's name, which no name server knows
 * and no certificate names.
 */
export const openLink = (link: string, form?: Readonly<Record<string, string>>): Promise<Page> => {
  const { host, port, pathname, search } = new URL(link);
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const { promise, resolve, reject } = Promise.withResolvers<Page>();
  const sent = request(
    {
      host: loopback,
      port,
      servername: 'localhost',
      path: `${pathname}${search}`,
      method: body === undefined ? 'GET' : 'POST',
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
