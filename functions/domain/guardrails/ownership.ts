import type { LedgerEntry } from './ledger.ts';
import { addresseesFor, type GuardRules, policyFor } from './policy.ts';

/** Whose a line of the ledger is: who is told first of the runtime that it is about, by the rules as they are now. */
export const ownerOfEntry = (rules: GuardRules, { runtime: then, money }: LedgerEntry): string | undefined => {
  if (then === undefined) return undefined;
  const { region = '', ...rest } = then;
  const runtime = { ...rest, region, status: '' };
  const facts = {
    ...(then.gpuModel === undefined ? {} : { gpuModel: then.gpuModel }),
    ...(money === undefined ? {} : { pricePerGpuHour: money.pricePerGpuHour }),
  };
  return addresseesFor(rules, policyFor(rules, runtime, facts), runtime)[0];
};
