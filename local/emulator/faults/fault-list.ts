import type { OperationId } from '../operation-ids.ts';
import type { Chance } from '../state/chance.ts';
import { type ArmedFault, type Fault, type FaultKind, fault, type ListedFault } from './fault.ts';

/** What a fault must know of a request to see whether it fits. `page` is missing where the operation has no pages. */
export type FaultTarget = { readonly operation: OperationId; readonly list: boolean; readonly page?: number };

/** Faults that strike one request. */
export type Strike = readonly ArmedFault[];

export const struckBy = <K extends FaultKind>(strike: Strike, kind: K): Extract<ArmedFault, { kind: K }> | undefined =>
  strike.find((each): each is Extract<ArmedFault, { kind: K }> => each.kind === kind);

const fits = (armed: ArmedFault, { operation, list, page }: FaultTarget): boolean => {
  if (armed.operation !== '*' && armed.operation !== operation) return false;
  if (armed.kind === 'missingPage') return page === armed.page;
  if (armed.kind === 'shiftingPage') return page !== undefined && page >= 2;
  return armed.kind !== 'emptyList' || list;
};

/** The faults that are armed. Several may strike one request: a delay and stale data, say. */
export const createFaultList = (chance: Chance) => {
  const armed = new Map<string, ListedFault>();
  let counted = 0;

  const add = (wish: Fault): ListedFault => {
    counted += 1;
    const listed = { ...fault.parse(wish), id: `fault-${counted}`, struck: 0 };
    armed.set(listed.id, listed);
    return listed;
  };

  const strike = (target: FaultTarget): Strike =>
    [...armed.values()].filter((each) => {
      if (!fits(each, target)) return false;
      if (each.probability !== undefined && chance.next() >= each.probability) return false;
      const struck = each.struck + 1;
      if (each.times !== undefined && struck >= each.times) armed.delete(each.id);
      else armed.set(each.id, { ...each, struck });
      return true;
    });

  return {
    add,
    strike,
    list: (): readonly ListedFault[] => [...armed.values()],
    clear: (id?: string): number => {
      const before = armed.size;
      if (id === undefined) armed.clear();
      else armed.delete(id);
      return before - armed.size;
    },
  };
};

export type FaultList = ReturnType<typeof createFaultList>;
