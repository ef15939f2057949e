/** The hardware and price of one GPU config, as the vendor's price list has it. */
export type Hardware = {
  readonly gpuModel: string;
  readonly gpuVendor: string;
  readonly vramGib: number;
  readonly cpuCores: number;
  readonly memoryGib: number;
  /** USD for one GPU for one hour, on demand. */
  readonly pricePerGpuHour: number;
  /** GPUs in one machine, which bounds the largest block. Not on the wire. Decision D7 in docs/emulator.md. */
  readonly machineGpus: number;
};

export type CatalogueRow = Hardware & {
  readonly configId: string;
  readonly available: number;
  readonly total: number;
};

export const DEFAULT_REGION = 'as-south-1';
export const REGIONS: readonly string[] = [DEFAULT_REGION, 'as-dev-1'];

const row = (
  configId: string,
  gpuModel: string,
  pricePerGpuHour: number,
  [machineGpus, available, total]: readonly [number, number, number],
): CatalogueRow => {
  const [, vram, cpu, memory] = /-(\d+)g-(\d+)cpu-(\d+)g$/.exec(configId) ?? [];
  const hardware = { vramGib: Number(vram), cpuCores: Number(cpu), memoryGib: Number(memory) };
  return { configId, gpuModel, gpuVendor: 'NVIDIA', ...hardware, pricePerGpuHour, machineGpus, available, total };
};

/**
 * Names, hardware and prices are the vendor's; the H100 and RTX 5090 counts are those captured from the live service, the
 * other counts (free, total) are believable. Decision D6 in docs/emulator.md.
 */
export const CATALOGUE: readonly CatalogueRow[] = [
  row('gpu-t4-16g-12cpu-128g', 'NVIDIA T4', 0.29, [4, 12, 16]),
  row('gpu-rtx3090-24g-24cpu-112g', 'NVIDIA GeForce RTX 3090', 0.54, [4, 3, 8]),
  row('gpu-a30-24g-24cpu-192g', 'NVIDIA A30', 0.8, [4, 0, 4]),
  row('gpu-a6000-48g-48cpu-128g', 'NVIDIA RTX A6000', 0.84, [4, 2, 8]),
  row('gpu-rtx5090-32g-16cpu-96g', 'NVIDIA GeForce RTX 5090', 0.98, [2, 4, 6]),
  row('gpu-rtx3090-24g-48cpu-128g', 'NVIDIA GeForce RTX 3090', 1.08, [4, 4, 4]),
  row('gpu-rtxpro6000-96g-14cpu-56g', 'NVIDIA RTX PRO 6000', 1.2, [8, 26, 32]),
  row('gpu-a100-80g-12cpu-125g', 'NVIDIA A100', 1.32, [8, 0, 16]),
  row('gpu-rtxpro6000-96g-24cpu-112g', 'NVIDIA RTX PRO 6000', 1.54, [8, 9, 16]),
  row('gpu-rtxpro6000-96g-64cpu-112g', 'NVIDIA RTX PRO 6000', 1.54, [8, 0, 8]),
  row('gpu-h100-80g-20cpu-125g', 'NVIDIA H100', 1.99, [8, 0, 0]),
  row('gpu-h200-141g-20cpu-192g', 'NVIDIA H200', 2.39, [8, 5, 24]),
];
