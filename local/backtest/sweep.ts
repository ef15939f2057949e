import { durationOf, durationText } from '#domain/duration.ts';
import { minute } from '#domain/time.ts';
import { PlanError } from '../plan/plan-error.ts';
import { type Trial, type TrialPolicy, variant } from './trial.ts';

/** A setting that can be swept: how its values are read and shown, and a policy with one of them. */
type Sweepable = {
  readonly example: string;
  readonly read: (text: string) => number | undefined;
  readonly show: (value: number) => string;
  /** What a step is a multiple of, where none is given. */
  readonly grain: number;
  readonly least: number;
  readonly most: number;
  readonly apply: (policy: TrialPolicy, value: number) => TrialPolicy;
};

const numberOf = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);

const leastWarning = 5 * minute;

/** The last warning stays as long before the deletion as it is; the first one moves in proportion. */
const withDeleteAfter = (policy: TrialPolicy, deleteAfter: number): TrialPolicy => {
  const rung = (name: 'firstWarningAfter' | 'lastWarningAfter' | 'deleteAfter') => durationOf(policy.ladder[name]) ?? 0;
  const last = Math.max(leastWarning, deleteAfter - (rung('deleteAfter') - rung('lastWarningAfter')));
  const share = Math.round((rung('firstWarningAfter') * deleteAfter) / rung('deleteAfter') / minute) * minute;
  const first = Math.min(last, Math.max(leastWarning, share));
  const ladder = { firstWarningAfter: first, lastWarningAfter: last, deleteAfter };
  const texts = Object.fromEntries(
    Object.entries(ladder).map(([name, value]) => [name, `${Math.round(value / 1000)}s`]),
  );
  return { ...policy, ladder: { ...policy.ladder, ...texts } };
};

/** Another setting to sweep is one more entry here. */
const sweepables: Readonly<Record<string, Sweepable>> = {
  deleteAfter: {
    example: 'deleteAfter=60m..240m/15m',
    read: durationOf,
    show: durationText,
    grain: 5 * minute,
    least: 20 * minute,
    most: 30 * 24 * 60 * minute,
    apply: withDeleteAfter,
  },
  gpuBelowPercent: {
    example: 'gpuBelowPercent=1..15/1',
    read: numberOf,
    show: (value) => `${value} %`,
    grain: 0.5,
    least: 0.1,
    most: 50,
    apply: (policy, gpuBelowPercent) => ({ ...policy, idle: { ...policy.idle, gpuBelowPercent } }),
  },
};

export type Sweep = { readonly setting: string; readonly values: readonly number[] };

const usualSteps = 12;
const mostValues = 60;

const examples = Object.values(sweepables).map(({ example }) => example);

const refuse = (given: string, why: string): never => {
  throw new PlanError(`--sweep ${given}: ${why}. Such as: ${examples.join(', ')}`);
};

/** Reads `deleteAfter=60m..240m` or `…/15m`. @throws PlanError that says what is allowed */
export const readSweep = (text: string): Sweep => {
  const {
    setting = '',
    from = '',
    to = '',
    step,
  } = /^(?<setting>\w+)=(?<from>[^./]+(?:\.\d+)?)\.\.(?<to>[^/]+?)(?:\/(?<step>.+))?$/.exec(text.trim())?.groups ?? {};
  if (setting === '') return refuse(text, 'it is a setting, a first and a last value, and perhaps a step');
  const found = Object.hasOwn(sweepables, setting) ? sweepables[setting] : undefined;
  if (found === undefined) return refuse(text, `only ${Object.keys(sweepables).join(' and ')} can be swept`);
  const readValue = (given: string): number => found.read(given) ?? refuse(text, `${given} is no value of ${setting}`);
  const [least, most] = [readValue(from), readValue(to)];
  const { grain } = found;
  const by =
    step === undefined ? Math.max(grain, Math.round((most - least) / usualSteps / grain) * grain) : readValue(step);
  if (least > most) return refuse(text, 'the first value is above the last');
  if (least < found.least || most > found.most) {
    return refuse(text, `${setting} lies between ${found.show(found.least)} and ${found.show(found.most)}`);
  }
  if (!(by > 0)) return refuse(text, 'the step is above 0');
  const count = Math.floor((most - least) / by + 1e-9) + 1;
  if (count > mostValues) return refuse(text, `these are ${count} values, and more than ${mostValues} take too long`);
  return { setting, values: Array.from({ length: count }, (_, index) => least + index * by) };
};

/** The trial with each of the values. */
export const sweptTrials = ({ setting, values }: Sweep, trial: Trial): readonly Trial[] => {
  const found = sweepables[setting];
  if (found === undefined) throw new TypeError(`${setting} has not been read by readSweep.`);
  return values.map((value) => variant(trial, found.apply(trial.policy, value), found.show(value)));
};
