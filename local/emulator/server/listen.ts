import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { EmulatorApp } from './app-types.ts';

/**
 * The reference shows one service with relative paths, so that both bases may be equal: at the bare origin every
 * operation is served too.
 */
const withServicePrefix = (incoming: IncomingMessage): IncomingMessage => {
  const url = incoming.url ?? '/';
  if (url.startsWith('/api/v1beta1/inventory')) incoming.url = `/inventory${url}`;
  else if (url.startsWith('/api/v1beta1/')) incoming.url = `/gpu${url}`;
  else if (url.startsWith('/api/v1/auth/')) incoming.url = `/tenant${url}`;
  return incoming;
};

export type Listening = { readonly url: string; readonly close: () => Promise<void> };

const closeServer = (server: Server): Promise<void> =>
  new Promise((closed) => {
    server.close(() => closed());
    server.closeAllConnections();
  });

export const listen = async (app: EmulatorApp, host: string, port: number): Promise<Listening> => {
  // The globals stay as they are: other code of this process has its own Request and Response.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(withServicePrefix(incoming), outgoing));
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => listening());
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no address');
  const hostname = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${hostname}:${address.port}`, close: () => closeServer(server) };
};
