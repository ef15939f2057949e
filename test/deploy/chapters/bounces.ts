import assert from 'node:assert/strict';
import { ListRulesCommand, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Mail } from '../inbox.ts';
import { people, stackName } from '../settings-file.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';
import { names, warned } from './guardrails.ts';

const sentLine = z.looseObject({ mailId: z.string(), recipientId: z.string() });

/** How the functions call a mail, and whom it went to: what they gave SES to keep with it. */
const identityOf = async (stage: Stage, mail: Mail) => {
  const since = (mail.Timestamp - 10) * 1_000;
  return until(
    'the mail is noted in the log',
    async () =>
      sentLine.safeParse(
        (await stage.logOf('send-notice', since)).find(
          ({ message, messageId }) => message === 'mail-sent' && messageId === mail.MessageId,
        ),
      ).data,
    { withinSeconds: 10, everySeconds: 0.2 },
  );
};

/**
 * What SES would put on the default bus of EventBridge. Source: "Contents of event data that Amazon SES publishes", SES
 * developer guide.
 */
const bounceEvent = async (stage: Stage, mail: Mail) => {
  const { mailId, recipientId } = await identityOf(stage, mail);
  const [address = ''] = mail.To;
  const at = new Date().toISOString();
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Email Bounced',
    source: 'aws.ses',
    account: '000000000000',
    time: at,
    region: 'us-east-1',
    resources: ['arn:aws:ses:us-east-1:000000000000:identity/warden.internal'],
    detail: {
      eventType: 'Bounce',
      bounce: {
        feedbackId: crypto.randomUUID(),
        bounceType: 'Permanent',
        bounceSubType: 'General',
        bouncedRecipients: [{ emailAddress: address, action: 'failed', status: '5.1.1', diagnosticCode: 'smtp; 550' }],
        timestamp: at,
        reportingMTA: 'dns; mx.warden.internal',
      },
      mail: {
        timestamp: new Date(mail.Timestamp * 1_000).toISOString(),
        source: mail.Source,
        sendingAccountId: '000000000000',
        messageId: mail.MessageId,
        destination: mail.To,
        headersTruncated: false,
        tags: {
          'ses:configuration-set': [stage.outputs.ConfigurationSet],
          mailId: [mailId],
          recipientId: [recipientId],
          about: ['warning'],
        },
      },
    },
  };
};

/** The deployed rule's own pattern lets the event through, and not one of another configuration set. */
const ruleTakes = async ({ clients }: World, event: Awaited<ReturnType<typeof bounceEvent>>): Promise<void> => {
  const { Rules = [] } = await clients.events.send(new ListRulesCommand({}));
  const [rule, ...others] = Rules.filter(({ Name }) => Name?.startsWith(stackName));
  assert.deepEqual(others, [], 'there is one rule');
  const takes = async (one: unknown) => {
    const command = new TestEventPatternCommand({ EventPattern: rule?.EventPattern, Event: JSON.stringify(one) });
    return (await clients.events.send(command)).Result;
  };
  assert.equal(await takes(event), true, 'the rule takes the event');
  const foreign = structuredClone(event);
  foreign.detail.mail.tags['ses:configuration-set'] = ['somebody-elses'];
  assert.equal(await takes(foreign), false, 'the rule takes nobody else’s');
};

/** A warning bounces: it does not count, and whoever is next is warned, afresh. */
export const bounceWarning = async (world: World, stage: Stage, warning: Mail): Promise<void> => {
  const { clients, narrator } = world;
  const event = await bounceEvent(stage, warning);
  await ruleTakes(world, event);
  narrator.see('the rule’s pattern takes what SES would publish of it, and nothing of another configuration set');
  const since = Date.now();
  // EventBridge calls functions so: without waiting for their end.
  const FunctionName = stage.physicalNameOf('note-bounces');
  for (const _ of ['once', 'and once more, as EventBridge may']) {
    await clients.lambda.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }),
    );
  }
  await until(
    'the address is suppressed',
    async () => (await stage.logOf('note-bounces', since)).find(({ message }) => message === 'address-suppressed'),
    { withinSeconds: 20, everySeconds: 0.2 },
  );
  narrator.see(`the warning to ${warning.To[0]} bounced: nothing is sent there any more`);
  await warned(world, stage, people.fallback, names.bouncedOne);
};
