/** The GPU's short name in a config id, which its plan ids begin with: `gpu-h200-141g-20cpu-192g` → `gpu-h200`. */
export const planFamily = (configId: string): string =>
  configId.startsWith('gpu-') ? configId.split('-').slice(0, 2).join('-') : configId;

/** Terms: decision D12 in docs/emulator.md. */
const TERMS = ['on-demand-1h', 'reserved-1m', 'reserved-3m', 'reserved-6m', 'reserved-12m'];

export const plansFor = (configId: string): readonly string[] => TERMS.map((term) => `${planFamily(configId)}-${term}`);

export const onDemandPlan = (configId: string): string => `${planFamily(configId)}-on-demand-1h`;
