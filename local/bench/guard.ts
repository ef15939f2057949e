import { parseArgs } from 'node:util';
import { median, quantile } from '#local/quantiles.ts';
import { textTable } from '#local/text-table.ts';
import { answersIn, type BareLoop, type Calls, type GuardTick, type Pace, startGuardRig, sumOf } from './guard-run.ts';

const mostRatio = 1.25;
const fast: Pace = { callsAtOnce: 10, callsPerSecond: 1000 };
const usual: Pace = { callsAtOnce: 10, callsPerSecond: 20 };

const { values } = parseArgs({
  options: {
    runtimes: { type: 'string', default: '1000' },
    ticks: { type: 'string', default: '9' },
    /** Ticks at the default pace, each of which takes up to a minute. */
    'usual-ticks': { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});

const wholeNumber = (name: 'runtimes' | 'ticks' | 'usual-ticks', least: number): number => {
  const value = Number(values[name]);
  if (!(Number.isInteger(value) && value >= least)) {
    throw new RangeError(`--${name} is a whole number of at least ${least}, not ${values[name]}`);
  }
  return value;
};

/** What the calls of a tick take at least: as many at once as may be, and as many a second. */
const floorOf = (calls: number, { callsAtOnce, callsPerSecond }: Pace): number =>
  Math.max((calls * answersIn) / callsAtOnce, (calls * 1000) / callsPerSecond);

type Measured = {
  readonly pace: Pace;
  readonly first: GuardTick;
  readonly ticks: readonly GuardTick[];
  readonly bare: readonly BareLoop[];
};

/** Bare loops and ticks take turns, so that whatever slows the machine down slows both. The first tick asks for prices, too. */
const measure = async (runtimes: number, ticks: number): Promise<Measured> => {
  const rig = await startGuardRig(runtimes);
  try {
    const fleet = await rig.startAt(fast);
    const first = await fleet.tick();
    const measured: GuardTick[] = [];
    const bare: BareLoop[] = [];
    for (let turn = 0; turn < ticks; turn += 1) {
      bare.push(await fleet.bare());
      measured.push(await fleet.tick());
    }
    fleet.close();
    return { pace: fast, first, ticks: measured, bare };
  } finally {
    await rig.close();
  }
};

const measureUsual = async (runtimes: number, ticks: number): Promise<readonly GuardTick[]> => {
  if (ticks === 0) return [];
  const rig = await startGuardRig(runtimes);
  try {
    const fleet = await rig.startAt(usual);
    const measured: GuardTick[] = [];
    for (let turn = 0; turn < ticks; turn += 1) measured.push(await fleet.tick());
    fleet.close();
    return measured;
  } finally {
    await rig.close();
  }
};

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
const listed = (calls: Calls) =>
  Object.entries(calls)
    .map(([operation, count]) => `${operation} ${count}`)
    .join(', ');

const rowOf = (what: string, times: readonly number[], floor: number): string[] => {
  const middle = median(times) ?? Number.NaN;
  const late = quantile(times, 0.99) ?? Number.NaN;
  return [what, seconds(middle), seconds(late), `${(middle / floor).toFixed(3)}×`, `${(late / floor).toFixed(3)}×`];
};

const quietLines = (quiet: GuardTick, runtimes: number): string[] => {
  const items = Map.groupBy(quiet.writes, ({ item }) => item);
  return [
    `A quiet tick asks the provider for: ${listed(quiet.provider)} (goal: ${runtimes} metrics, ${Math.ceil(runtimes / 100)} pages)`,
    `and the table for: ${listed(quiet.table)}. Items written: ${items.size} (goal: 1)`,
    ...quiet.writes.map(({ operation, item, bytes }) => `  ${operation} ${item}: ${(bytes / 1000).toFixed(1)} KB`),
    `Its thread worked ${seconds(quiet.busyMs)} of ${seconds(quiet.milliseconds)}.`,
  ];
};

const medianTime = (times: readonly { readonly milliseconds: number }[]): number =>
  median(times.map(({ milliseconds }) => milliseconds)) ?? Number.NaN;

/** Why the time of a tick says nothing: where its calls alone take too long, the machine had no time for us. */
const unmeasured = ({ bare, ticks, pace }: Measured): string | undefined => {
  const ratio = medianTime(bare) / floorOf(sumOf(ticks.at(-1)?.provider ?? {}), pace);
  return ratio > mostRatio
    ? `the bare loop alone takes ${ratio.toFixed(3)} of the floor: the machine is busy`
    : undefined;
};

const brokenIn = (measured: Measured, runtimes: number): string[] => {
  const { ticks, pace } = measured;
  const quiet = ticks.at(-1);
  if (quiet === undefined) return ['no tick was measured'];
  const calls = sumOf(quiet.provider);
  const ratio = medianTime(ticks) / floorOf(calls, pace);
  const isSlow = ratio > mostRatio && unmeasured(measured) === undefined;
  const items = new Set(quiet.writes.map(({ item }) => item)).size;
  const least = runtimes + Math.ceil(runtimes / 100);
  return [
    ...(isSlow ? [`a tick takes ${ratio.toFixed(3)} of its floor, and not ${mostRatio}`] : []),
    ...(calls > least ? [`a quiet tick asks the provider ${calls} times, and not ${least}`] : []),
    ...(items > 1 ? [`a quiet tick writes ${items} items`] : []),
    ...(quiet.read < runtimes ? [`only ${quiet.read} of ${runtimes} runtimes were read`] : []),
  ];
};

/** Whether all is well, and what is not. */
const verdictLines = (measured: Measured, broken: readonly string[]): string[] => {
  const why = unmeasured(measured);
  if (broken.length > 0) return broken.map((line) => `BROKEN: ${line}`);
  return [why === undefined ? `ok: within ${mostRatio} of the floor` : `NOT MEASURED: ${why}`];
};

/** Median of the ratios of each tick to the bare loop right before it. */
const ratioToBare = ({ ticks, bare }: Measured): string => {
  const ratios = ticks.map(({ milliseconds }, turn) => milliseconds / (bare[turn]?.milliseconds ?? Number.NaN));
  return `${(median(ratios) ?? Number.NaN).toFixed(3)}×`;
};

const report = (measured: Measured, usualTicks: readonly GuardTick[], broken: readonly string[]): string => {
  const { pace, first, ticks, bare } = measured;
  const { runtimes } = first;
  const quiet = ticks.at(-1) ?? first;
  const floor = floorOf(sumOf(quiet.provider), pace);
  const floors = `${sumOf(quiet.provider)} calls × ${answersIn} ms / ${pace.callsAtOnce} = ${seconds(floor)}`;
  const usualLines = usualTicks.map(
    ({ milliseconds, read, provider }, index) =>
      `  tick ${index + 1}: ${seconds(milliseconds)}, ${read} of ${runtimes} runtimes read in ${sumOf(provider)} calls; ` +
      `all of them take at least ${seconds(floorOf(runtimes + Math.ceil(runtimes / 100), usual))}`,
  );
  return [
    `${runtimes} runtimes, a provider in another process that answers in ${answersIn} ms, ${pace.callsAtOnce} calls at once`,
    `Floor: ${floors}`,
    textTable(
      [`median and p99 of ${ticks.length}`, 'median', 'p99', 'median / floor', 'p99 / floor'],
      [
        rowOf(
          'tick',
          ticks.map(({ milliseconds }) => milliseconds),
          floor,
        ),
        rowOf(
          'bare loop of the same calls',
          bare.map(({ milliseconds }) => milliseconds),
          floor,
        ),
      ],
    ),
    `A tick takes ${ratioToBare(measured)} of the bare loop: what is above the floor in both is this machine's and the client's.`,
    `The first tick, which also asks for prices: ${seconds(first.milliseconds)}`,
    '',
    ...quietLines(quiet, runtimes),
    '',
    ...(usualLines.length === 0 ? [] : [`At the default ${usual.callsPerSecond} calls a second:`, ...usualLines, '']),
    ...verdictLines(measured, broken),
  ].join('\n');
};

const main = async (): Promise<void> => {
  const runtimes = wholeNumber('runtimes', 1);
  const measured = await measure(runtimes, wholeNumber('ticks', 1));
  const usualTicks = await measureUsual(runtimes, wholeNumber('usual-ticks', 0));
  const broken = brokenIn(measured, runtimes);
  console.log(values.json ? JSON.stringify({ ...measured, usualTicks, broken }) : report(measured, usualTicks, broken));
  if (broken.length > 0) process.exitCode = 1;
};

await main();
