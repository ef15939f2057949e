import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { minute } from '#domain/time.ts';
import { readBacktestCommand } from '#local/backtest/options.ts';
import { readSweep, sweptTrials } from '#local/backtest/sweep.ts';
import { builtInTrial, trialNamed } from '#local/backtest/trial.ts';

const optionsOf = (...words: string[]) => {
  const command = readBacktestCommand(words);
  return command.kind === 'backtest' ? command.options : command;
};

describe('the command line', () => {
  test('without a policy tries the built-in one, at the price of an H100', () => {
    expect(optionsOf('--utilisation', 'a.csv')).toMatchObject({ policies: ['default'], price: 2.39, json: false });
  });

  test('takes several policies, and a chart with or without a name', () => {
    expect(optionsOf('--utilisation', 'a', '--policy', 'default', '--policy', 'night', '--chart')).toMatchObject({
      policies: ['default', 'night'],
      chart: 'backtest.html',
    });
    expect(optionsOf('--utilisation', 'a', '--chart', 'b.html')).toMatchObject({ chart: 'b.html' });
  });

  test.each([
    [[], /nothing to replay: give --utilisation FILE, --availability FILE, or both/],
    [['--availability', 'a', '--policy', 'b'], /are about the use of runtimes/],
    [['--utilisation', 'a', '--policy', 'b', 'c', '--sweep', 'deleteAfter=1h..2h'], /--sweep tries one policy/],
    [['--utilisation', 'a', '--price', '0'], /number above 0/],
    [['--utilisation', 'a', '--starts-at', '2026-11-02'], /date and time with its offset/],
    [['--utilisation', 'a', '--workers', '1.5'], /whole number above 0/],
    [['--utilisation', 'a', 'b'], /too many arguments/],
    [['--utilization', 'a'], /unknown option.*\n?.*--utilisation/],
  ])('%j is refused', (words, message) => {
    expect(optionsOf(...words)).toMatchObject({ kind: 'refused', message: expect.stringMatching(message) });
  });
});

describe('a sweep', () => {
  test('has some thirteen values of its own, or those of the step', () => {
    expect(readSweep('deleteAfter=60m..240m').values.map((value) => value / minute)).toEqual(
      Array.from({ length: 13 }, (_, index) => 60 + 15 * index),
    );
    expect(readSweep('deleteAfter=1h..2h/30m').values.map((value) => value / minute)).toEqual([60, 90, 120]);
    expect(readSweep('gpuBelowPercent=1..3/0.5').values).toEqual([1, 1.5, 2, 2.5, 3]);
  });

  test.each([
    ['deleteAfter', /a setting, a first and a last value/],
    ['hours=1..2', /only deleteAfter and gpuBelowPercent can be swept/],
    ['toString=1..2', /only deleteAfter and gpuBelowPercent can be swept/],
    ['deleteAfter=1..2h', /1 is no value of deleteAfter/],
    ['deleteAfter=2h..1h', /the first value is above the last/],
    ['deleteAfter=5m..1h', /lies between 20m and 30d/],
    ['deleteAfter=1h..2h/0m', /the step is above 0/],
    ['deleteAfter=1h..100h/10m', /595 values, and more than 60/],
  ])('%j is refused, with an example', (text, message) => {
    expect(() => readSweep(text)).toThrow(message);
    expect(() => readSweep(text)).toThrow(/deleteAfter=60m\.\.240m\/15m/);
  });

  test('moves the warnings along, and leaves the default as it is where it passes by', () => {
    const trials = sweptTrials(readSweep('deleteAfter=20m..120m/50m'), builtInTrial());
    expect(trials.map(({ name, policy: { ladder } }) => [name, ladder])).toEqual([
      ['20m', expect.objectContaining({ firstWarningAfter: '300s', lastWarningAfter: '300s', deleteAfter: '1200s' })],
      [
        '1h10m',
        expect.objectContaining({ firstWarningAfter: '2100s', lastWarningAfter: '3300s', deleteAfter: '4200s' }),
      ],
      ['2h', expect.objectContaining({ firstWarningAfter: '3600s', lastWarningAfter: '6300s', deleteAfter: '7200s' })],
    ]);
  });
});

describe('a policy', () => {
  const settings = readSettings({
    provider: { organisation: 'org-a', projects: ['prj-a'] },
    mail: { sender: 'w@example.com', operator: 'o@example.com' },
    guardrails: {
      exemptions: [{ name: 'keep-*', until: 'forever' }],
      policies: [
        { name: 'Night', match: { name: 'x-*' }, mode: 'observe', ladder: { deleteAfter: '4h' } },
        { name: 'default', ladder: { deleteAfter: '8h' } },
      ],
    },
  });

  test('of the settings is tried alone, for every runtime, and enforced', async () => {
    const { settings: tried } = await trialNamed('night', async () => settings);
    expect(tried.guardrails).toMatchObject({ mode: 'enforce', exemptions: [] });
    expect(tried.guardrails.policies).toEqual([
      expect.objectContaining({
        name: 'Night',
        match: {},
        mode: 'enforce',
        ladder: expect.objectContaining({ deleteAfter: '4h' }),
      }),
    ]);
  });

  test('called default is the built-in one, whatever the settings say, and needs no settings', async () => {
    const trial = await trialNamed('default', () => Promise.reject(new Error('not asked for')));
    expect(trial.policy.ladder.deleteAfter).toBe('120m');
  });

  test('that is not there is named, with those that are', async () => {
    await expect(trialNamed('dusk', async () => settings)).rejects.toThrow(
      'There is no policy "dusk" in the settings; there is default, Night, default.',
    );
  });
});
