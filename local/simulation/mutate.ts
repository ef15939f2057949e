import { registerHooks } from 'node:module';
import { mutations } from './mutations.ts';

/** Names one mutation by its place in the list; whatever loads this module first runs the product with that mistake in it. */
const mutation = mutations[Number(process.env.WARDEN_MUTATION)];
if (mutation === undefined) throw new RangeError(`There is no mutation ${process.env.WARDEN_MUTATION}.`);

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!url.endsWith(mutation.file)) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
    const parts = source.split(mutation.find);
    if (parts.length !== 2) throw new RangeError(`${mutation.file} has ${parts.length - 1} of: ${mutation.find}`);
    return { ...loaded, source: parts.join(mutation.replace) };
  },
});
