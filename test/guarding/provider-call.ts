import type { Arrived } from './gate.ts';

/** A call to the provider as a gate sees it; `runtimeId` where it is about one runtime. */
export type ProviderCall = {
  readonly kind: 'list' | 'detail' | 'metrics' | 'delete' | 'create' | 'other';
  readonly project?: string;
  readonly runtimeId?: string;
};

const kindOf = (method: string, runtimeId: string | undefined, metrics: string | undefined): ProviderCall['kind'] => {
  if (metrics !== undefined) return 'metrics';
  if (runtimeId === undefined) return method === 'POST' ? 'create' : 'list';
  return method === 'DELETE' ? 'delete' : 'detail';
};

export const providerCallOf = ({ method, url }: Arrived): ProviderCall => {
  const found = /\/projects\/([^/?]+)\/airuntimes(?:\/([^/?]+))?(\/metrics)?(?:\?|$)/.exec(url);
  const [, project, runtimeId, metrics] = found ?? [];
  if (project === undefined) return { kind: 'other' };
  return { kind: kindOf(method, runtimeId, metrics), project, ...(runtimeId === undefined ? {} : { runtimeId }) };
};
