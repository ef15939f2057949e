import { CATALOGUE, type Hardware } from './catalogue.ts';
import { hashOf } from './chance.ts';

type Known = readonly [pattern: RegExp, model: string, vendor: string, vramGib: number, price: number];

/** GPUs that traces and other clouds name. First match wins, so longer names stand before their beginnings. */
const KNOWN_GPUS: readonly Known[] = [
  [/rtxpro6000/, 'NVIDIA RTX PRO 6000', 'NVIDIA', 96, 1.54],
  [/mi300x?/, 'AMD Instinct MI300X', 'AMD', 192, 2.1],
  [/mi250x?/, 'AMD Instinct MI250X', 'AMD', 128, 1.4],
  [/gh200/, 'NVIDIA GH200', 'NVIDIA', 96, 2.2],
  [/b200/, 'NVIDIA B200', 'NVIDIA', 180, 3.9],
  [/h200/, 'NVIDIA H200', 'NVIDIA', 141, 2.39],
  [/h100/, 'NVIDIA H100', 'NVIDIA', 80, 1.99],
  [/a6000/, 'NVIDIA RTX A6000', 'NVIDIA', 48, 0.84],
  [/a100/, 'NVIDIA A100', 'NVIDIA', 80, 1.32],
  [/a10g?(?!\d)/, 'NVIDIA A10', 'NVIDIA', 24, 0.6],
  [/a30(?!\d)/, 'NVIDIA A30', 'NVIDIA', 24, 0.8],
  [/a40(?!\d)/, 'NVIDIA A40', 'NVIDIA', 48, 0.7],
  [/l40s?/, 'NVIDIA L40S', 'NVIDIA', 48, 0.95],
  [/l4(?!\d)/, 'NVIDIA L4', 'NVIDIA', 24, 0.45],
  [/v100/, 'NVIDIA V100', 'NVIDIA', 16, 0.55],
  [/p100/, 'NVIDIA P100', 'NVIDIA', 16, 0.3],
  [/k80/, 'NVIDIA K80', 'NVIDIA', 12, 0.15],
  [/t4(?!\d)/, 'NVIDIA T4', 'NVIDIA', 16, 0.29],
  [/rtx5090/, 'NVIDIA GeForce RTX 5090', 'NVIDIA', 32, 0.98],
  [/rtx4090/, 'NVIDIA GeForce RTX 4090', 'NVIDIA', 24, 0.6],
  [/rtx3090/, 'NVIDIA GeForce RTX 3090', 'NVIDIA', 24, 0.54],
];

/** Believable hardware for a config that only has a name, such as `v100x8-1-node`; the same name gives the same hardware. */
export const hardwareFromName = (configId: string): Hardware => {
  const listed = CATALOGUE.find((row) => row.configId === configId);
  if (listed) return listed;
  const name = configId.toLowerCase();
  const known = KNOWN_GPUS.find(([pattern]) => pattern.test(name));
  const [, vram, cpu, memory] = /-(\d+)g-(\d+)cpu-(\d+)g/.exec(name) ?? [];
  const vramGib = vram ? Number(vram) : (known?.[3] ?? 16);
  const cpuCores = cpu ? Number(cpu) : 8 + (hashOf(name) % 3) * 4;
  const machineGpus = Number(/x(\d+)/.exec(name)?.[1] ?? 8) || 8;
  return {
    gpuModel: known?.[1] ?? configId.toUpperCase(),
    gpuVendor: known?.[2] ?? 'NVIDIA',
    vramGib,
    cpuCores,
    memoryGib: memory ? Number(memory) : cpuCores * 8,
    pricePerGpuHour: known?.[4] ?? Number((0.02 * vramGib).toFixed(2)),
    machineGpus,
  };
};
