import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { EmulatorApp } from './app-types.ts';

/**
 * The reference shows one service with relative paths, so that both bases may be equal: at the bare origin every
 * operation is served too.
 */
export const withServicePrefix = (path: string): string => {
  if (path.startsWith('/api/v1beta1/inventory')) return `/inventory${path}`;
  if (path.startsWith('/api/v1beta1/')) return `/gpu${path}`;
  return path.startsWith('/api/v1/auth/') ? `/tenant${path}` : path;
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
  const server = createServer((incoming, outgoing) => {
    incoming.url = withServicePrefix(incoming.url ?? '/');
    void listener(incoming, outgoing);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => listening());
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no address');
  const hostname = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${hostname}:${address.port}`, close: () => closeServer(server) };
};
