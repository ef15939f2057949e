import { emptyLoad } from './bill-load.ts';
import { readOptions } from './bill-options.ts';
import { billOf, missedTargets, reportOf } from './bill-report.ts';
import { countDay } from './bill-run.ts';

const showProgress = (done: string): void => {
  process.stderr.write(`${done}\n`);
};

const main = async (): Promise<void> => {
  const { load, json } = readOptions(process.argv.slice(2));
  const startedAt = performance.now();
  const counted = await countDay(load, showProgress);
  const empty = await countDay(emptyLoad);
  const bill = billOf(counted, empty);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(json ? JSON.stringify({ ...bill, seconds }) : `${reportOf(bill)}\nCounted in ${seconds.toFixed(0)} s.`);
  if ((missedTargets(bill)?.length ?? 0) > 0) process.exitCode = 1;
};

await main();
