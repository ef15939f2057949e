import type { Key, Table } from '#adapters/store/table.ts';
import type { Instant } from '#domain/time.ts';

/** Takes the lease that an item holds, until then; false while another run holds it. */
export const takeLease = async (
  table: Table,
  key: Key,
  lease: { readonly holder: string; readonly until: Instant },
  now: Instant,
): Promise<boolean> =>
  (await table.update(key, {
    expression: 'SET lease = :lease',
    // Ours already: the answer to the first try was lost on its way, and the client tried again.
    condition: 'attribute_not_exists(lease) OR lease.#until <= :now OR lease.holder = :holder',
    names: { '#until': 'until' },
    values: { ':lease': lease, ':now': now, ':holder': lease.holder },
  })) !== undefined;
