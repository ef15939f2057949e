import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { wishesOf } from '#adapters/configuration/wishes.ts';

const wishes = (watches: readonly Record<string, unknown>[], timeZone = 'UTC') =>
  wishesOf(
    readSettings({
      provider: { organisation: 'org-1', projects: ['prj-1'] },
      mail: { sender: 'warden@example.com', operator: 'operator@example.com', timeZone },
      availability: { watches },
    }),
  );

const endOf = (until: string, timeZone?: string): string => {
  const [{ wish } = { wish: undefined }] = wishes([{ to: 'ada@example.com', until }], timeZone);
  return wish?.expiresAt === undefined ? 'never' : new Date(wish.expiresAt).toISOString();
};

test('a watch becomes a wish with the address that is told, in the order of the list', () => {
  const listed = [
    { to: 'ada@example.com', region: 'as-south-1', configId: 'gpu-h100', gpus: 2, notify: 'every' },
    { to: 'Bob@example.com', model: 'H100', vendor: 'NVIDIA', vramMinGib: 40, vramMaxGib: 80, maxPricePerGpuHour: 2.5 },
    { to: 'ada@example.com' },
  ];
  expect(wishes(listed)).toStrictEqual([
    {
      address: 'ada@example.com',
      wish: { criteria: { region: 'as-south-1', configId: 'gpu-h100', gpus: 2 }, notify: 'every' },
    },
    {
      address: 'Bob@example.com',
      wish: {
        criteria: {
          model: 'H100',
          vendor: 'NVIDIA',
          vramMinGib: 40,
          vramMaxGib: 80,
          gpus: 1,
          maxPricePerGpuHour: 2.5,
        },
        notify: 'once',
      },
    },
    { address: 'ada@example.com', wish: { criteria: { gpus: 1 }, notify: 'once' } },
  ]);
  expect(wishes([])).toEqual([]);
});

describe('a watch that ends on a date ends with that day in the time zone', () => {
  test.each([
    ['2026-12-31', 'UTC', '2027-01-01T00:00:00.000Z'],
    ['2028-02-29', 'UTC', '2028-03-01T00:00:00.000Z'],
    ['2026-12-31', 'Asia/Kolkata', '2026-12-31T18:30:00.000Z'],
    ['2026-12-31', 'America/Los_Angeles', '2027-01-01T08:00:00.000Z'],
    ['2026-12-31', 'Pacific/Kiritimati', '2026-12-31T10:00:00.000Z'],
    // The day on which summer time begins has 23 hours, the one on which it ends 25.
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-03-08', 'America/New_York', '2026-03-09T04:00:00.000Z'],
    ['2026-11-01', 'America/New_York', '2026-11-02T05:00:00.000Z'],
    // Summer time begins at midnight, so the next day begins at one o'clock.
    ['2026-09-05', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
    ['2026-03-28', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
    ['2026-03-28', 'Atlantic/Azores', '2026-03-29T01:00:00.000Z'],
    // It ends at midnight, so the last hour of the day comes twice.
    ['2026-04-04', 'America/Santiago', '2026-04-05T04:00:00.000Z'],
    ['2026-10-24', 'Asia/Beirut', '2026-10-24T22:00:00.000Z'],
    // It ends at one o'clock, so midnight comes twice: the day is over at the first.
    ['2026-10-31', 'America/Havana', '2026-11-01T04:00:00.000Z'],
  ])('%s in %s: %s', (until, timeZone, end) => {
    expect(endOf(until, timeZone)).toBe(end);
  });

  test('whatever the day and the zone: a moment before it is that day, and then it never is again', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const anyDay = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(anyDay, fc.constantFrom(...zones), (date, timeZone) => {
        const day = date.toISOString().slice(0, 10);
        const end = Date.parse(endOf(day, timeZone));
        const dayAt = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
        expect(dayAt.format(end - 1)).toBe(day);
        expect(dayAt.format(end) > day).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a watch that ends at a time ends at that time, wherever mails are read', () => {
  test.each([
    ['2026-12-31T18:00:00Z', '2026-12-31T18:00:00.000Z'],
    ['2026-12-31T18:00:00+05:30', '2026-12-31T12:30:00.000Z'],
    ['2026-12-31T23:30:00-08:00', '2027-01-01T07:30:00.000Z'],
    ['2026-12-31T18:00:00.250Z', '2026-12-31T18:00:00.250Z'],
  ])('%s: %s', (until, end) => {
    expect(endOf(until, 'UTC')).toBe(end);
    expect(endOf(until, 'America/Santiago')).toBe(end);
  });
});
