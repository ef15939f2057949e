/** In the headers of an answer: it never left, because the connection was dropped. Only where no network is between. */
const droppedHeader = 'x-connection-dropped';

/** In the place of an answer that never comes. */
export const droppedAnswer = (): Response => new Response(null, { headers: { [droppedHeader]: 'yes' } });

export const isDropped = (answer: Response): boolean => answer.headers.has(droppedHeader);

/** What `fetch` says where a connection ends too early. */
export const connectionLost = (): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });

/** An answer whose body ends in the middle. */
export const cutAnswer = (body: Uint8Array, { status, headers }: Response): Response => {
  const stream = new ReadableStream({
    start: (controller) => controller.enqueue(body.subarray(0, Math.floor(body.length / 2))),
    pull: (controller) => controller.error(new TypeError('terminated', { cause: new Error('other side closed') })),
  });
  return new Response(stream, { status, headers });
};
