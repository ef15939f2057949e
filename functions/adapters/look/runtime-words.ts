import { checkedDuration, durationInWords } from '#domain/duration.ts';
import type { KeepChoice, ToldRuntime } from '#domain/guardrails/runtime-notice.ts';
import { price } from './money-words.ts';
import { nameWords } from './one-line.ts';

/** `1 GPU`, `3 GPUs` */
export const counted = (number: number, one: string, several = `${one}s`): string =>
  `${number} ${number === 1 ? one : several}`;

/** `1 × H200`; without what is not known, which may be all of it. */
export const gpusWords = ({ gpus, gpuModel, gpuConfigId }: Omit<ToldRuntime, 'project' | 'id' | 'name'>): string => {
  const model = gpuModel ?? gpuConfigId;
  if (model === undefined) return gpus === undefined ? '' : counted(gpus, 'GPU');
  return gpus === undefined ? nameWords(model) : `${gpus} × ${nameWords(model)}`;
};

/** What a person knows a runtime by. One without a name has its id. */
export const runtimeName = ({ name, id }: Pick<ToldRuntime, 'name' | 'id'>): string =>
  nameWords(name) || nameWords(id) || 'a runtime without a name';

/** `ana-notebook (1 × H200 in as-south-1)` */
export const runtimeWords = (runtime: ToldRuntime): string => {
  const where = runtime.region === undefined ? '' : `in ${nameWords(runtime.region)}`;
  const what = [gpusWords(runtime), where].filter((words) => words !== '').join(' ');
  return what === '' ? runtimeName(runtime) : `${runtimeName(runtime)} (${what})`;
};

/** `$2.39/h` */
export const rateWords = (usdPerHour: number): string => `${price(usdPerHour)}/h`;

/** `Keep for 4 hours` */
export const keepWords = (choice: KeepChoice): string => `Keep for ${durationInWords(checkedDuration(choice))}`;

/** Stands in everything that people get from an installation whose ladder is allowed to be shorter than is safe. */
export const unsafeShortLadderWords = 'Unsafe short ladder: this installation deletes within minutes; meant for tests.';
