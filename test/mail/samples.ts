import type {
  AvailabilityMail,
  AvailabilityRow,
  CreationRow,
  MailSettings,
  ToldOffer,
  ToldWindow,
} from '#domain/notice.ts';
import { hour, minute } from '#domain/time.ts';

/** Tue 3 Mar 2026, 14:05 UTC */
export const writtenAt = Date.UTC(2026, 2, 3, 14, 5);

export const settings: MailSettings = {
  timeZone: 'UTC',
  consoleUrl: 'https://console.example.com/gpus',
  runtimesUrl: 'https://api.example.com/gpu',
  organisation: 'org-7',
  project: 'prj-9',
};

export const h100: ToldOffer = {
  region: 'as-south-1',
  configId: 'gpu-h100-80g-20cpu-125g',
  gpuModel: 'H100',
  gpuVendor: 'NVIDIA',
  vramGib: 80,
  cpuCores: 20,
  memoryGib: 125,
  pricePerGpuHour: 1.99,
};

export const rtx5090: ToldOffer = {
  ...h100,
  configId: 'gpu-rtx5090-32g-16cpu-96g',
  gpuModel: 'NVIDIA GeForce RTX 5090',
  vramGib: 32,
  cpuCores: 16,
  memoryGib: 96,
  pricePerGpuHour: 0.98,
};

export const open: ToldWindow = { state: 'open', openedAt: writtenAt - 3 * minute, freeGpus: 4, largestBlock: 2 };
export const closed: ToldWindow = {
  state: 'closed',
  openedAt: writtenAt - 2 * hour,
  closedAt: writtenAt - 50 * minute,
};

export const row = (changes: Partial<AvailabilityRow> = {}): AvailabilityRow => ({
  offer: h100,
  gpus: 1,
  window: open,
  history: { windows: 7, medianMinutes: 42 },
  watches: [{ words: 'any H100 in as-south-1', next: 'done' }],
  ...changes,
});

export const mail = (changes: Partial<AvailabilityMail> = {}): AvailabilityMail => ({
  writtenAt,
  rows: [row()],
  creations: [],
  expired: [],
  unsubscribeUrl: 'https://warden.example.com/unsubscribe?token=1.abc.def',
  ...changes,
});

export const creation = (changes: Partial<CreationRow> = {}): CreationRow => ({
  offer: h100,
  gpus: 2,
  words: 'any H100 in as-south-1',
  openedAt: writtenAt - 3 * minute,
  news: { state: 'missed' },
  ...changes,
});

export const expired = { words: 'any A100, up to $1.20 per GPU-hour', expiredAt: writtenAt - 5 * minute };

/** What a person reads of an HTML part: no tags, entities decoded, spaces collapsed. */
export const readable = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/gs, ' ')
    .replace(/<!--.*?-->/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');

export const collapsed = (text: string): string => text.replace(/\s+/g, ' ');
