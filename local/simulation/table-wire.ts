/** Where an attribute's own name is `B`, its value is an object and not text, so nothing else on the wire looks like these. */
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const isText = (given: unknown): given is string => typeof given === 'string';

const readPart = (name: string, given: unknown): unknown => {
  if (name === 'B' && isText(given)) return bytesOf(given);
  if (name === 'BS' && Array.isArray(given) && given.every(isText)) return given.map(bytesOf);
  return fromWire(given);
};

/** What came as JSON, with its binaries as bytes, as the SDK has them. */
const fromWire = (given: unknown): unknown => {
  if (Array.isArray(given)) return given.map(fromWire);
  return typeof given === 'object' && given !== null ? inputFromWire(given) : given;
};

export const inputFromWire = (given: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).map(([name, part]) => [name, readPart(name, part)]));

/** What goes out as JSON, with its bytes in base64. */
export const toWire = (given: unknown): unknown => {
  if (given instanceof Uint8Array) return Buffer.from(given).toString('base64');
  if (Array.isArray(given)) return given.map(toWire);
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(Object.entries(given).map(([name, part]) => [name, toWire(part)]));
};
