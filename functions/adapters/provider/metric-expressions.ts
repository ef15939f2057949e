/**
 * The default JMESPath expressions for metrics, whose shape the provider has not published. Each finds, in one sample (or
 * in the whole answer, where it is no list of samples), everything said about one quantity, as *points*: `{ value, unit, at,
 * gpu }`, where a value may be a number or again points. They are made from lists of likely names, the more telling first.
 */

/** `samplePercent` and `sample_percent`. */
const bothCases = (name: string): readonly string[] => {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake === name ? [name] : [name, snake];
};

const firstOf = (names: readonly string[]): string => names.flatMap(bothCases).join(' || ');

type NamedUnits = Readonly<Record<string, readonly string[]>>;

const times = firstOf(['timestamp', 'time', 'sampledAt', 'collectedAt', 'at', 'ts']);
const unitNames = firstOf(['unit', 'units', 'utilizationUnit', 'usageUnit']);
const series = firstOf(['samples', 'series', 'points', 'datapoints', 'history', 'values']);

/** Finds the point only where its value is. To JMESPath a 0 is something, so an idle 0 is found too. */
const point = (value: string, unit: string): string => `(${value}) && {value: ${value}, unit: ${unit}}`;

/** Numbers whose unit their name tells, then those with a unit beside them or none; the first that is there. */
const leaf = (named: NamedUnits, unnamed: readonly string[]): string =>
  [
    ...Object.entries(named).map(([unit, names]) => point(firstOf(names), `'${unit}'`)),
    point(firstOf(unnamed), unitNames),
  ].join(' || ');

const utilisation: NamedUnits = {
  percent: ['utilizationPercent', 'utilisationPercent', 'usagePercent', 'usedPercent', 'percent'],
  fraction: ['utilizationFraction', 'utilizationRatio', 'usageFraction', 'usageRatio', 'fraction', 'ratio'],
};
const plain = ['utilization', 'utilisation', 'util', 'usage'];

const prefixed = (prefix: string, names: readonly string[]): readonly string[] =>
  names.map((name) => `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`);

const prefixedUnits = (prefix: string, named: NamedUnits): NamedUnits =>
  Object.fromEntries(Object.entries(named).map(([unit, names]) => [unit, prefixed(prefix, names)]));

type Quantity = {
  /** Where an object, a number or a list of these may stand. */
  readonly places: readonly string[];
  /** With which its names begin where it has no place of its own: `gpuUtilization`. */
  readonly prefix: string;
  readonly named: NamedUnits;
  readonly unnamed: readonly string[];
  readonly ids: string;
};

/** One of something (a GPU, the CPU) or many, each with a number now or with its own series; else numbers beside each other. */
const pointsOf = ({ places, prefix, named, unnamed, ids }: Quantity): string => {
  const own = leaf(named, [...unnamed, 'value']);
  const ownSeries = `(${series})[].{at: ${times}, value: ${own}}`;
  const itself = "(type(@) == 'number' || type(@) == 'string') && @ || `null`";
  const flat = leaf(prefixedUnits(prefix, named), prefixed(prefix, unnamed));
  return `[${firstOf(places)} || ${flat}][].{gpu: ${ids}, at: ${times}, value: ${own} || ${ownSeries} || ${itself}}`;
};

const none = '`null`';

export const defaultMetricExpressions = {
  samples:
    '[data.samples || data.series || data.history || data.metrics || data || samples || series || history || metrics || @][]',
  sampledAt: times,
  gpu: pointsOf({
    places: ['gpus', 'gpu', 'gpuMetrics', 'devices', 'accelerators'],
    prefix: 'gpu',
    named: utilisation,
    unnamed: plain,
    ids: firstOf(['id', 'uuid', 'index', 'gpuIndex', 'gpuId', 'gpu']),
  }),
  cpu: pointsOf({
    places: ['cpu', 'cpuMetrics'],
    prefix: 'cpu',
    named: {
      cores: ['usedCores', 'usageCores', 'coresUsed'],
      millicores: ['usedMillicores', 'usageMillicores'],
      ...utilisation,
    },
    unnamed: [...plain, 'used'],
    ids: none,
  }),
  memory: pointsOf({
    places: ['memory', 'ram', 'mem', 'memoryMetrics'],
    prefix: 'memory',
    named: { bytes: ['usedBytes', 'usageBytes'], gib: ['usedGib', 'usageGib'], ...utilisation },
    unnamed: [...plain, 'used'],
    ids: none,
  }),
} as const;
