import { writeFile } from 'node:fs/promises';
import { SettingsError } from '#adapters/configuration/define-config.ts';
import { loadAvailabilityTrace, TraceError } from '#local/emulator/emulator.ts';
import { PlanError } from '../plan/plan-error.ts';
import { loadSettings } from '../plan/source.ts';
import { jsonLine } from '../plan/terminal.ts';
import { chartPage } from './chart.ts';
import { type BacktestOptions, readBacktestCommand } from './options.ts';
import { type AvailabilityOutcome, availabilityOutcome, outcomeOf, type PolicyOutcome } from './outcome.ts';
import { startPastInventory } from './past-inventory.ts';
import { type ReadPast, readPast } from './read-past.ts';
import { replayAvailability } from './replay-availability.ts';
import { replayAll } from './replay-crew.ts';
import { availabilityPage, policiesPage, sweepPage } from './report.ts';
import { sweptTrials } from './sweep.ts';
import { trialNamed } from './trial.ts';

/** A line about how far it is, on a terminal only. */
const showProgress = (what: string, done: number, of: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r  ${what}: ${Math.floor((100 * done) / of)} %`);
};

const endProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
};

/** What there is to tell, for a machine and for people. */
type Told = { readonly json: object; readonly page: string };

const passedOverLine = ({ source, passedOver }: ReadPast): string =>
  source === 'log' && passedOver > 0 ? `\n\n${passedOver} lines of the log tell no readings and were passed over` : '';

const replayUse = async (file: string, options: BacktestOptions): Promise<Told> => {
  const { config, policies, sweep, price, startsAt, workers, chart } = options;
  const settings = () => loadSettings(config);
  const named = await Promise.all(policies.map((name) => trialNamed(name, settings)));
  const [first] = named;
  const trials = sweep === undefined || first === undefined ? named : sweptTrials(sweep, first);
  const read = await readPast(file, startsAt);
  const { past } = read;
  const ofLooks = past.lookAtSeconds.length * trials.length;
  const all = trials.map((trial) => trial.settings);
  const replays = await replayAll({ past, pricePerGpuHour: price }, all, workers, (looks) =>
    showProgress('replaying use', looks, ofLooks),
  );
  const outcomes = trials.flatMap((trial, place): PolicyOutcome[] => {
    const replay = replays[place];
    return replay === undefined ? [] : [outcomeOf(trial, past, replay, price)];
  });
  const swept =
    sweep === undefined || first === undefined ? undefined : { setting: sweep.setting, policy: first.name, outcomes };
  if (chart !== undefined) {
    const charted = outcomes.map((outcome, place) => ({ outcome, happenings: replays[place]?.happenings ?? [] }));
    const parts = swept === undefined ? { past, policies: charted } : { past, policies: [], sweep: swept };
    await writeFile(chart, chartPage(parts));
  }
  const page =
    swept === undefined
      ? policiesPage(outcomes, past.startsAt)
      : sweepPage(swept.policy, swept.setting, swept.outcomes);
  const json =
    swept === undefined ? { ...outcomes[0], policies: outcomes } : { sweep: swept.setting, values: outcomes };
  const drawn = chart === undefined ? '' : `\n\nCharts: ${chart}`;
  return { json, page: `${page}${passedOverLine(read)}${drawn}` };
};

const replayOffers = async (file: string): Promise<AvailabilityOutcome> => {
  const trace = await loadAvailabilityTrace(file);
  const onProgress = (polls: number, ofPolls: number) => showProgress('replaying availability', polls, ofPolls);
  return availabilityOutcome(await replayAvailability(trace, startPastInventory, { onProgress }));
};

const backtest = async (options: BacktestOptions): Promise<void> => {
  const { utilisation, availability, json } = options;
  const use = utilisation === undefined ? undefined : await replayUse(utilisation, options);
  const offers = availability === undefined ? undefined : await replayOffers(availability);
  endProgress();
  if (json) console.log(jsonLine({ ...offers, ...use?.json }));
  else console.log([use?.page, offers && availabilityPage(offers)].filter((page) => page !== undefined).join('\n\n'));
};

const isForPeople = (error: unknown): error is Error =>
  error instanceof PlanError || error instanceof SettingsError || error instanceof TraceError;

const main = async (): Promise<void> => {
  const command = readBacktestCommand(process.argv.slice(2));
  if (command.kind === 'help') {
    process.stdout.write(command.text);
    return;
  }
  if (command.kind === 'refused') {
    process.stderr.write(`${command.message}\n`);
    process.exitCode = 2;
    return;
  }
  try {
    await backtest(command.options);
  } catch (error) {
    endProgress();
    if (!isForPeople(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
};

await main();
