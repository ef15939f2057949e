import { describe, expect, test } from 'vitest';
import { endExemption, exemptionOf, exemptRuntime, ownExemption } from '#domain/guardrails/exemption.ts';
import type { Exemption } from '#domain/guardrails/policy.ts';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { minute } from '#domain/time.ts';
import { at } from '../domain/given.ts';
import { caseWith, type Guarded, lastWarned, live, rulesWith, runtimeWith, tick, turns } from './given.ts';

const warned = lastWarned().kase as RuntimeCase;
const said = { because: 'the demo on Friday', by: 'api:rcp-1', recipientId: 'rcp-1' };

const exempted = (minutes: number, until: Exemption['until'], kase = warned) =>
  exemptRuntime(kase, { ...said, until }, at(minutes)).kase;

const ended = (minutes: number, kase: RuntimeCase) =>
  endExemption(kase, { because: 'exempt no longer, by the API', by: 'api:operator' }, at(minutes));

const exempt =
  (minutes: number, until: Exemption['until']) =>
  (state: Guarded): Guarded => ({ ...state, kase: exempted(minutes, until, state.kase) });

describe('the exemption that holds', () => {
  const now = at(100);
  const later = now + 60 * minute;
  const ruled = (until: Exemption['until']): Exemption => ({ match: { project: 'prj-1' }, until, because: 'ruled' });
  const own = (until: Exemption['until']) => caseWith({ exemption: { until, because: 'asked', at: at(0) } });
  const table: [rule: string, policy: Exemption | undefined, kase: RuntimeCase | undefined, held: unknown][] = [
    ['none', undefined, caseWith(), undefined],
    ['none, and no case', undefined, undefined, undefined],
    ["the policy's", ruled(later), caseWith(), { because: 'ruled', by: 'policy' }],
    ["the policy's, and no case", ruled('forever'), undefined, { because: 'ruled', by: 'policy', until: 'forever' }],
    ['one by the API', undefined, own(later), { because: 'asked', by: 'api', until: later }],
    ['one by the API, for ever', undefined, own('forever'), { because: 'asked', by: 'api', until: 'forever' }],
    ['one by the API that ends in a moment', undefined, own(now + 1), { by: 'api' }],
    ['one by the API that ends now', undefined, own(now), undefined],
    ["of both the API's, which lasts longer", ruled(later), own(later + 1), { by: 'api' }],
    ["of both the policy's, which lasts longer", ruled(later), own(later - 1), { by: 'policy' }],
    ["of both the API's, for ever", ruled(later), own('forever'), { by: 'api' }],
    ["of both the policy's, for ever", ruled('forever'), own(later), { by: 'policy' }],
    ["of two that last as long the policy's", ruled('forever'), own('forever'), { by: 'policy' }],
    ["the policy's, and the API's is over", ruled(later), own(now - 1), { by: 'policy' }],
    ["the API's, and the policy's is over", ruled(now), own(later), { by: 'api' }],
  ];
  test.each(table)('%s', (_, policy, kase, held) => {
    const rules = rulesWith({ exemptions: policy === undefined ? [] : [policy] });
    const found = exemptionOf(rules, runtimeWith(), kase, now);
    if (held === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(held as object);
  });
});

describe('exempting a runtime', () => {
  test('takes its warnings back, and what a mail named stays a promise', () => {
    const kase = exempted(110, at(300));
    expect(kase.exemption).toEqual({ until: at(300), because: 'the demo on Friday', at: at(110) });
    expect(kase.episode).toMatchObject({ voided: { at: at(110), because: 'it was exempt' } });
    expect(kase.episode).not.toHaveProperty('last');
    expect(kase.named).toBe(warned.named);
  });

  test('is written down: who, which runtime, until when, why', () => {
    const runtime = { project: 'prj-1', id: 'r1', name: 'train-alice' };
    const who = { kind: 'person', recipientId: 'rcp-1' };
    expect(exempted(110, at(300)).outbox.at(-1)).toEqual({
      id: `prj-1/r1/api:rcp-1/${at(110)}/exempted`,
      at: at(110),
      act: 'exempted',
      who,
      because: `exempt until ${new Date(at(300)).toISOString()} by the API: the demo on Friday`,
      runtime,
    });
    expect(exempted(110, 'forever').outbox.at(-1)?.because).toBe('exempt forever by the API: the demo on Friday');
    expect(ended(120, exempted(110, 'forever')).outbox.at(-1)).toEqual({
      id: `prj-1/r1/api:operator/${at(120)}/exemption-ended`,
      at: at(120),
      act: 'exemption-ended',
      who: { kind: 'person' },
      because: 'exempt no longer, by the API',
      runtime,
    });
  });

  test('the same again changes nothing; another end or another reason takes its place', () => {
    const kase = exempted(110, at(300));
    expect(exempted(111, at(300), kase)).toBe(kase);
    expect(exempted(111, at(200), kase).exemption?.until).toBe(at(200));
    const because = 'the demo on Monday';
    const again = exemptRuntime(kase, { ...said, until: at(300), because }, at(111)).kase;
    expect(again.exemption).toEqual({ until: at(300), because, at: at(111) });
    expect(new Set(again.outbox.map(({ id }) => id)).size).toBe(again.outbox.length);
  });

  const intent = { entry: { ...(warned.outbox[0] as RuntimeCase['outbox'][number]) }, to: ['alice@example.com'] };
  const late: [rule: string, changes: Partial<RuntimeCase>][] = [
    [
      'its DELETE may be out',
      { deletion: { state: 'deleting', since: at(120), intentAt: at(120), asks: 1, ...intent } },
    ],
    ['it is gone', { deletion: { state: 'gone', at: at(125) } }],
    ['it is listed no more', { vanishedAt: at(125) }],
  ];
  test.each(late)('%s: too late, and nothing changes', (_, changes) => {
    const before: RuntimeCase = { ...warned, ...changes };
    const { kase, outcome } = exemptRuntime(before, { ...said, until: 'forever' }, at(126));
    expect(outcome).toEqual({ outcome: 'too-late' });
    expect(kase).toBe(before);
  });

  test('it is condemned, before the last look: saved', () => {
    const kase = exempted(120, at(300), { ...warned, deletion: { state: 'condemned', at: at(120) } });
    expect(kase).not.toHaveProperty('deletion');
    expect(tick({ ...lastWarned(), kase }, at(121)).verdict).toMatchObject({
      verdict: 'exempt',
      because: 'the demo on Friday',
    });
  });

  test('an end that is not there, or is over, stays as it is', () => {
    expect(ended(110, warned)).toBe(warned);
    const over = exempted(110, at(120));
    expect(ended(120, over)).toBe(over);
  });
});

describe('a runtime that is exempt by the API', () => {
  test('is neither warned of nor deleted, and is warned afresh when the exemption ends', () => {
    const lived = live(lastWarned(), 119, 600, { changes: { 119: exempt(119, at(300)) } });
    expect(turns(lived)).toEqual(['119 exempt', '300 warn-last', '301 wait', '360 delete']);
    expect(lived.state.kase).not.toHaveProperty('exemption');
  });

  test('for ever: never', () => {
    const lived = live(lastWarned(), 119, 2_000, { changes: { 119: exempt(119, 'forever') } });
    expect(turns(lived)).toEqual(['119 exempt']);
  });

  test('is warned afresh when it is withdrawn', () => {
    const lived = live(lastWarned(), 119, 600, {
      changes: {
        119: exempt(119, 'forever'),
        200: (state) => ({ ...state, kase: state.kase && ended(200, state.kase) }),
      },
    });
    expect(turns(lived)).toEqual(['119 exempt', '200 warn-last', '201 wait', '260 delete']);
  });

  test('stays so through use: only its time, or somebody, ends it', () => {
    const busy = tick({ ...lastWarned(), kase: exempted(119, at(300)) }, at(120), 'busy').state;
    expect(busy.kase?.episode).toBeUndefined();
    expect(ownExemption(busy.kase, at(121))).toMatchObject({ until: at(300), by: 'api' });
  });

  test('a look at which nothing changes writes nothing', () => {
    const first = tick({ ...lastWarned(), kase: exempted(119, at(300)) }, at(120));
    expect(tick(first.state, at(121)).judged).toBe(first.state.kase);
  });
});
