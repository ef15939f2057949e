import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';
import type { Table } from '#local/engines/table.ts';
import { createSimulatedTable, tableRequestHandler } from '#local/simulation/table.ts';

/** Serves the simulated table over HTTP, as the other engines are. What is thrown and is no answer breaks the connection. */
export const startServedTable = async (): Promise<Table> => {
  const { handle } = tableRequestHandler(createSimulatedTable().execute);
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const { response } = await handle({
      headers: { 'x-amz-target': String(incoming.headers['x-amz-target']) },
      body: body.toString('utf8'),
    });
    outgoing.writeHead(response.statusCode, response.headers).end(response.body);
  };
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  const port = await listenOnLoopback(server);
  return { endpoint: `http://${loopback}:${port}`, close: () => closeServer(server) };
};
