import { check, type Fault } from '#adapters/configuration/faults.ts';
import { nameShown, shown } from '#adapters/configuration/secret.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { nearestName } from '#adapters/configuration/suggestion.ts';
import { watch } from '#adapters/configuration/watch.ts';

/** A watch as the settings hold it. */
export type WatchSetting = Settings['availability']['watches'][number];

/** The short names of the command line, and those of the settings, which hold the rules. */
const settingNames: ReadonlyMap<string, keyof WatchSetting> = new Map([
  ['to', 'to'],
  ['region', 'region'],
  ['config', 'configId'],
  ['model', 'model'],
  ['vendor', 'vendor'],
  ['vramMin', 'vramMinGib'],
  ['vramMax', 'vramMaxGib'],
  ['gpus', 'gpus'],
  ['maxPrice', 'maxPricePerGpuHour'],
  ['notify', 'notify'],
]);

export const watchKeys: readonly string[] = [...settingNames.keys()];

const numeric: ReadonlySet<string> = new Set(['vramMin', 'vramMax', 'gpus', 'maxPrice']);

const inOptionWords = (text: string): string =>
  [...settingNames].reduce(
    (words, [key, setting]) => (key === setting ? words : words.replaceAll(new RegExp(`\\b${setting}\\b`, 'g'), key)),
    text,
  );

type Pair = { readonly key: string; readonly value: string };

/** Pairs of `key=value`, separated by commas; a piece without `=` has no value, and an empty one is nothing. */
const toPairs = (text: string): Pair[] =>
  text
    .split(',')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [key = '', value = ''] = piece.split(/\s*=\s*(.*)/s, 2);
      return { key, value };
    });

const nameFaults = (pairs: readonly Pair[]): Fault[] =>
  pairs.flatMap(({ key, value }, index): Fault[] => {
    if (!settingNames.has(key)) {
      const meant = nearestName(key, watchKeys);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      return [{ path: nameShown(key), given: 'an unknown name', allowed: `${watchKeys.join(', ')}${hint}` }];
    }
    if (pairs.findIndex((pair) => pair.key === key) < index) {
      return [{ path: key, given: `${shown(value)}, the second one`, allowed: 'each name once' }];
    }
    return value === '' ? [{ path: key, given: 'no value', allowed: `${key}=VALUE` }] : [];
  });

const toInput = (pairs: readonly Pair[]): Record<string, unknown> =>
  Object.fromEntries(
    pairs.flatMap(({ key, value }) => {
      const setting = settingNames.get(key);
      if (setting === undefined || value === '') return [];
      const isNumber = numeric.has(key) && /^\d+(\.\d+)?$/.test(value);
      return [[setting, isNumber ? Number(value) : value]];
    }),
  );

/** Reads one `--watch`, `model=H100,region=as-south-1,to=me@example.com`: the watch, or everything that is wrong with it. */
export const readWatchOption = (
  text: string,
): { readonly watch: WatchSetting; readonly faults: readonly [] } | { readonly faults: readonly Fault[] } => {
  const pairs = toPairs(text);
  const checked = check(watch, toInput(pairs));
  const named = nameFaults(pairs);
  if (checked.ok && named.length === 0) return { watch: checked.value, faults: [] };
  const already = new Set(named.map(({ path }) => path));
  const ruled = checked.ok
    ? []
    : checked.faults
        .map(({ path, given, allowed }) => ({ path: inOptionWords(path), given, allowed: inOptionWords(allowed) }))
        .filter(({ path }) => !already.has(path));
  const where = `--watch ${shown(text)}`;
  return { faults: [...named, ...ruled].map((fault) => ({ ...fault, path: `${where} ${fault.path}` })) };
};
