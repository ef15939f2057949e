import { price } from '#adapters/look/money-words.ts';
import { nameWords } from '#adapters/look/one-line.ts';
import type { AvailabilityRow, ToldOffer, ToldWindow, WindowStatistics } from '#domain/notice.ts';
import { minute } from '#domain/time.ts';
import { durationWords } from './time-words.ts';

/** `NVIDIA H100`: the vendor stands in front unless the model already says it. */
const modelWords = ({ gpuModel, gpuVendor }: Pick<ToldOffer, 'gpuModel' | 'gpuVendor'>): string => {
  const model = nameWords(gpuModel);
  const vendor = nameWords(gpuVendor);
  return model.toLowerCase().includes(vendor.toLowerCase()) ? model : `${vendor} ${model}`;
};

/** `NVIDIA H100`, or `8 × NVIDIA H100` where more than one is wanted. */
export const wantedWords = ({ offer, gpus }: Pick<AvailabilityRow, 'offer' | 'gpus'>): string =>
  gpus > 1 ? `${gpus} × ${modelWords(offer)}` : modelWords(offer);

/** `$1.99 per GPU-hour, $15.92 per hour for 8` */
export const priceWords = (pricePerGpuHour: number | undefined, gpus: number): string => {
  if (pricePerGpuHour === undefined) return 'price not known';
  const each = `${price(pricePerGpuHour)} per GPU-hour`;
  return gpus > 1 ? `${each}, ${price(pricePerGpuHour * gpus)} per hour for ${gpus}` : each;
};

/** How many are free and the largest block (the most on one machine), or that one or both are not known. */
export const freeWords = ({ freeGpus, largestBlock }: Extract<ToldWindow, { state: 'open' }>): string => {
  const free =
    freeGpus === undefined ? 'free, number not known' : `${freeGpus} ${freeGpus === 1 ? 'GPU' : 'GPUs'} free`;
  const block = largestBlock === undefined ? 'block size unknown' : `largest block ${largestBlock}`;
  return `${free}, ${block}`;
};

export const hardwareWords = ({ vramGib, cpuCores, memoryGib }: ToldOffer): string =>
  `${vramGib} GiB VRAM, ${cpuCores} CPU cores, ${memoryGib} GiB memory`;

/** How long windows of the offer have lasted so far. */
export const historyWords = ({ windows, medianMinutes }: WindowStatistics): string => {
  if (medianMinutes === undefined) return 'not known yet, no earlier window on record';
  const median = durationWords(Math.round(medianMinutes) * minute);
  return windows === 1 ? `${median} (the only window so far)` : `${median} (median of ${windows} windows in 90 days)`;
};
