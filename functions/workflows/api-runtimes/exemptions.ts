import { type ExemptOutcome, endExemption, exemptRuntime } from '#domain/guardrails/exemption.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import type { Exemption } from '#domain/guardrails/policy.ts';
import { newCase, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { RuntimeAddress } from '#domain/runtime.ts';
import { decideOnCase } from '#workflows/cases.ts';
import { type By, byApi, type RuntimesWorld } from './runtimes.ts';

type World = Pick<RuntimesWorld, 'store' | 'clock'>;

/** Exempts a runtime until a time, or forever. */
export const exemptByApi = (
  { store, clock }: World,
  { situation: { runtime, ground } }: Judged,
  wish: Pick<Exemption, 'until'> & { readonly because: string },
  by: By,
): Promise<ExemptOutcome> =>
  decideOnCase(store, runtimeKey(runtime), (found) => {
    const before = found ?? newCase(runtime, runtime.name, ground);
    const { kase, outcome } = exemptRuntime(before, { ...wish, ...byApi(by) }, clock());
    return { kase, result: outcome };
  });

/** Ends an exemption by the API; one that is not there stays so. */
export const endExemptionByApi = ({ store, clock }: World, runtime: RuntimeAddress, by: By): Promise<void> =>
  decideOnCase(store, runtimeKey(runtime), (found) => {
    const said = { because: 'exempt no longer, by the API', ...byApi(by) };
    return { kase: found && endExemption(found, said, clock()), result: undefined };
  });
