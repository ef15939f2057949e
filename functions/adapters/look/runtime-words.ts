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

const choiceWords = { '4h': '4 hours', '1d': '1 day', '7d': '7 days' } as const satisfies Record<KeepChoice, string>;

/** `Keep for 4 hours` */
export const keepWords = (choice: KeepChoice): string => `Keep for ${choiceWords[choice]}`;

export const keepChoices = ['4h', '1d', '7d'] as const satisfies readonly KeepChoice[];
