import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable } from '#adapters/store/table.ts';
import { diagnose } from '#local/deployed/doctor-run.ts';
import { findingIn, pageOf, troublesIn } from './doctor-found.ts';
import { credentialParameter, minutesAgo, type Stage, startStage } from './doctor-stage.ts';

type Break = (stage: Stage) => void | Promise<void>;
const told = (stage: Stage) => stage.account;

describe('what is broken is found, and nothing else is', () => {
  test.each<[what: string, Break, found: Record<string, string>, seen: RegExp, doThis: RegExp]>([
    [
      'a deployment that was rolled back',
      (stage) =>
        void Object.assign(told(stage).stack ?? {}, { status: 'UPDATE_ROLLBACK_COMPLETE', reason: 'no quota' }),
      { stack: 'warning' },
      /UPDATE_ROLLBACK_COMPLETE: no quota; the last deployment failed/,
      /npx cdk deploy gpu-warden-prod/,
    ],
    [
      'settings other than those on disk',
      (stage) => void Object.assign(told(stage).stack?.outputs ?? {}, { SettingsHash: 'other' }),
      { 'deployed settings': 'warning' },
      /not those of warden\.config\.ts/,
      /npx cdk deploy gpu-warden-prod/,
    ],
    [
      'a token that the provider refuses',
      (stage) =>
        void told(stage).parameters.set(credentialParameter, {
          value: stage.emulator.control.issueToken({ expired: true }),
          at: minutesAgo(90),
        }),
      { inventory: 'broken', runtimes: 'broken', metrics: 'not-looked-at' },
      /does not accept the credential/,
      /put-parameter --name \/gpu-warden-prod\/provider-credential .*--region eu-central-1/,
    ],
    [
      'a schedule that was switched off',
      (stage) => void Object.assign(told(stage).schedules.get('guards') ?? {}, { State: 'DISABLED' }),
      { schedules: 'broken' },
      /guards: DISABLED.*starts nothing/,
      /eu-central-1\.console\.aws.*schedules\/default\/guards/,
    ],
    [
      'a schedule that is gone',
      (stage) => void told(stage).schedules.delete('looks'),
      { schedules: 'broken' },
      /there is no schedule looks/,
      /--revert-drift/,
    ],
    [
      'an operator on the list of those whom SES does not write to',
      (stage) =>
        void told(stage).suppressed.set('ops@gpu.dev', { Reason: 'BOUNCE', LastUpdateTime: minutesAgo(60) / 1_000 }),
      { suppression: 'broken' },
      /sends nothing to ops@gpu\.dev \(mail\.operator\): BOUNCE, 60 min ago|BOUNCE, 1 h ago/,
      /npm run unsuppress -- --stage prod --address ops@gpu\.dev/,
    ],
    [
      'bounces that do not come back',
      (stage) => void told(stage).configurationSets.set('mails', { EventDestinations: [] }),
      { bounces: 'broken' },
      /does not tell EventBridge of BOUNCE, COMPLAINT, REJECT/,
      /--revert-drift/,
    ],
    [
      'a dead letter',
      async ({ clients, queueUrls }) => {
        await clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrls.deadLetters, MessageBody: 'x' }));
      },
      { 'dead letters': 'broken' },
      /holds 1 message/,
      /docs\/runbook\.md#dead-letters/,
    ],
    [
      'an alarm that rings',
      (stage) => void Object.assign(told(stage).alarms[0] ?? {}, { StateValue: 'ALARM' }),
      { alarms: 'broken' },
      /NoPoll rings, since 5 min ago: Somebody is hurt/,
      /docs\/runbook\.md#nopoll/,
    ],
    [
      'an alarm that somebody deleted',
      (stage) => void Object.assign(told(stage).alarms[0] ?? {}, { gone: true }),
      { alarms: 'broken' },
      /1 alarm of the stack gone/,
      /--revert-drift/,
    ],
    [
      'alarms that nobody confirmed',
      (stage) => void Object.assign(told(stage).subscriptions[0] ?? {}, { arn: 'PendingConfirmation' }),
      { 'alarm mails': 'warning' },
      /no alarm comes there: email ops@gpu\.dev/,
      /Subscription Confirmation/,
    ],
    [
      'a permission that is lacking',
      (stage) => void told(stage).refused.set('GetSchedule', 'AccessDeniedException'),
      { schedules: 'broken' },
      /may not look at it \(AccessDeniedException\)/,
      /--help lists what is needed/,
    ],
  ])('%s', async (_, breakIt, found, seen, doThis) => {
    const stage = await startStage();
    await breakIt(stage);
    const diagnosis = await diagnose(stage.world);
    expect(troublesIn(diagnosis)).toEqual({ links: 'warning', ...found });
    const [name = ''] = Object.keys(found);
    const finding = findingIn(diagnosis, name);
    expect(finding.seen.join('\n')).toMatch(seen);
    expect(finding.doThis.map(({ words, command }) => `${words} ${command}`).join('\n')).toMatch(doThis);
    expect(diagnosis.healthy).toBe(!Object.values(found).includes('broken'));
  });

  test('a credential that is not set is one thing to do, not six', async () => {
    const stage = await startStage();
    stage.account.parameters.set(credentialParameter, { value: 'not-set', at: minutesAgo(1) });
    const diagnosis = await diagnose(stage.world);
    const unseen = ['inventory', 'runtimes', 'metrics', 'availability', 'guardrails'];
    expect(troublesIn(diagnosis)).toEqual({
      links: 'warning',
      credential: 'broken',
      ...Object.fromEntries(unseen.map((name) => [name, 'not-looked-at'])),
    });
    expect(pageOf(diagnosis, 100)).toMatch(
      /· inventory, runtimes, metrics: not looked at, because the provider's credential/,
    );
  });

  test('placeholders that are left are one thing to do, and nothing is judged by them', async () => {
    const { world, account, asked } = await startStage();
    const settings = await world.loadSettings();
    const left = { ...settings, mail: { ...settings.mail, sender: 'warden@example.com' } };
    const diagnosis = await diagnose({ ...world, loadSettings: async () => left });
    const broken = diagnosis.findings.filter(({ verdict }) => verdict === 'broken');
    expect(broken.map(({ name }) => name)).toEqual(['settings']);
    expect(broken[0]?.seen).toContain('  mail.sender: "warden@example.com" is a placeholder: put your own value there');
    expect(findingIn(diagnosis, 'sender').seen).toEqual(['not looked at, because the settings are not filled in']);
    expect(findingIn(diagnosis, 'schedules').verdict).toBe('ok');
    expect(account.identities.has('example.com') || asked.includes('GetEmailIdentity')).toBe(false);
  });

  test('functions that no longer run, and a breaker that is open', async () => {
    const { world, clients, tableName } = await startStage();
    const store = createGuardStore(createTable(clients.dynamodb, tableName));
    const [now, then] = [Date.now(), minutesAgo(10)];
    await store.takeLease('late', now, now);
    await store.saveFleet('late', { clocks: new Map(), slots: [], judgedAt: then }, then);
    const open = { id: 'b', at: then, runtimes: 5, fleet: 6, from: then, to: then };
    await store.saveBreaker({ open, covered: [], outbox: [] }, 0);
    const diagnosis = await diagnose(world);
    expect(troublesIn(diagnosis)).toEqual({ links: 'warning', guardrails: 'broken', breaker: 'broken' });
    const { seen, doThis } = findingIn(diagnosis, 'guardrails');
    expect(seen[0]).toBe('guard-runtimes: it does not run; the last successful run: 10 min ago');
    expect(doThis[0]?.command).toContain('--function-name prod-guard');
  });
});
