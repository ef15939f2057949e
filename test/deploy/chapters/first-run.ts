import assert from 'node:assert/strict';
import { CreateEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { JournalEntry } from '#local/emulator/emulator.ts';
import { senderDomain } from '../settings-file.ts';
import type { FunctionName, Stage } from '../stage.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';

const jobs = ['watch-availability', 'guard-runtimes'] as const satisfies readonly FunctionName[];

/** Before anybody has set it: no failure, no call to the provider, and words on what to do. */
export const runWithoutToken = async ({ emulator, narrator }: World, stage: Stage): Promise<void> => {
  const since = Date.now();
  for (const name of jobs) {
    const { failed, answer } = await stage.invoke(name, await stage.scheduledEventOf(name));
    assert.ok(!failed, `${name} runs without a token: ${answer}`);
    const told = (await stage.logOf(name, since)).find(({ message }) => message === 'credential-missing');
    assert.ok(told, `${name} says that the credential is missing`);
    assert.match(String(told.because), new RegExp(stage.outputs.ProviderCredentialParameter));
    narrator.see(`${name} does nothing and says why: ${told.because}`);
  }
  assert.deepEqual(emulator.control.requests(), [], 'the provider was not called');
};

/** What `aws ssm put-parameter` of the first printed step does. */
export const setToken = async ({ clients, narrator }: World, { outputs }: Stage, token: string): Promise<void> => {
  const [, Name] = /--name (\S+)/.exec(outputs.Step1SetTheToken) ?? [];
  assert.equal(Name, outputs.ProviderCredentialParameter);
  assert.match(outputs.Step1SetTheToken, /--type SecureString --overwrite/);
  const command = new PutParameterCommand({ Name, Value: token, Type: 'SecureString', Overwrite: true });
  await clients.parameters.send(command);
  narrator.see(`the token is put where the first step says: ${Name}`);
};

/** What the second printed step asks for, done by the domain's owner. */
export const confirmSender = async ({ clients, narrator }: World, { outputs }: Stage): Promise<void> => {
  assert.match(outputs.Step2ConfirmTheSender, new RegExp(`--email-identity ${senderDomain} `));
  const identity = await clients.mail.send(new CreateEmailIdentityCommand({ EmailIdentity: senderDomain }));
  assert.ok(identity.VerifiedForSendingStatus, 'the sender is verified');
  narrator.see(`SES has verified ${senderDomain}`);
};

const firstOf = (entries: readonly JournalEntry[], operation: JournalEntry['operation']) =>
  entries.find((entry) => entry.operation === operation && entry.status === 200);

/** Nobody calls anything: each function is seen at the provider within two minutes, by its schedule alone. */
export const seeSchedulesFire = async ({ emulator, narrator }: World, since: number): Promise<void> => {
  const seen = await until(
    'both schedules fire by themselves',
    async () => {
      const entries = emulator.control.requests();
      const inventory = firstOf(entries, 'listInventory');
      const runtimes = firstOf(entries, 'listRuntimes');
      return inventory && runtimes && { inventory, runtimes };
    },
    { withinSeconds: 120, everySeconds: 0.5 },
  );
  for (const { operation, at } of Object.values(seen)) {
    narrator.see(
      `${operation} was asked for by itself, ${((at - since) / 1_000).toFixed(0)} s after the token was set`,
    );
  }
};
