import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** Nothing of the local mode is ever reachable from another machine. */
export const loopback = '127.0.0.1';

/** Where each part listens when nobody else does; people keep these in their browser and their shell history. */
export const usualPorts = { emulator: 7100, table: 8000, inbox: 8005, front: 8080, issuer: 8090, queue: 9324 } as const;

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/**
 * Lets a server listen on loopback and returns its port: `port` if it is free, otherwise any. 0, the default, means any.
 */
export const listenOnLoopback = async (server: Server, port = 0): Promise<number> => {
  try {
    server.listen(port, loopback);
    await once(server, 'listening');
  } catch (cause) {
    if (port === 0 || !isTaken(cause)) throw new Error(`Cannot listen on ${loopback}:${port}`, { cause });
    return listenOnLoopback(server);
  }
  return portOf(server);
};

/** The port of a server that listens on TCP. */
export const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Not listening on a port: ${address}`);
  return address.port;
};

/** Closes a server at once: clients of the AWS SDK keep their sockets open and would hold it up for ever. Closing twice is once. */
export const closeServer = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.close((error) => (error ? reject(error) : resolve()));
  server.closeAllConnections();
  await promise;
};

/**
 * A port that was free a moment ago, for engines that must be told one: `wanted` if it is free, otherwise any. Whoever
 * can, listens through `listenOnLoopback` instead, which leaves no such moment.
 */
export const freePort = async (wanted = 0): Promise<number> => {
  const probe = createServer();
  const port = await listenOnLoopback(probe, wanted);
  await closeServer(probe);
  return port;
};
