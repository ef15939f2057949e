import { onTestFinished } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '#local/emulator/emulator.ts';

/** 1 January 2026, noon. Tests move it; nothing in them looks at the wall clock. */
export const NOON = Date.UTC(2026, 0, 1, 12);

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests look into wire bodies freely; a wrong path fails the comparison.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A started emulator on a clock that only the test moves, and a way to call it over real HTTP. */
export const startProvider = async (options: EmulatorOptions = {}) => {
  const time = { now: NOON };
  const emulator = await startEmulator({ clock: () => time.now, ...options });
  onTestFinished(() => emulator.close());

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${emulator.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${emulator.token}`, ...json, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) } as Answer;
  };

  return {
    emulator,
    control: emulator.control,
    /** Minutes of the emulator's time. */
    wait: (minutes: number) => {
      time.now += minutes * 60_000;
    },
    call,
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    runtimesPath: runtimesPathOf(emulator),
  };
};

export type Provider = Awaited<ReturnType<typeof startProvider>>;

const runtimesPathOf = ({ organisation, projects }: Emulator) =>
  `/gpu/api/v1beta1/orgs/${organisation}/projects/${projects[0]}/airuntimes`;

export const INVENTORY = '/inventory/api/v1beta1/inventory';
export const NOTIFY = '/inventory/api/v1beta1/inventory/gpu/notify-availability';
export const TEMPLATES = '/gpu/api/v1beta1/airuntime-templates';
export const LOGIN = '/tenant/api/v1/auth/login';
export const REFRESH = '/tenant/api/v1/auth/refresh';

export const H100 = 'gpu-h100-80g-20cpu-125g';
export const RTX5090 = 'gpu-rtx5090-32g-16cpu-96g';

/** A body that createRuntime accepts. */
export const newRuntime = (over: Record<string, unknown> = {}) => ({
  name: 'train-1',
  region: 'as-south-1',
  templateID: 'tpl-jupyterlab-pytorch',
  gpuConfigID: RTX5090,
  gpuCount: 1,
  planId: 'gpu-rtx5090-on-demand-1h',
  ...over,
});
