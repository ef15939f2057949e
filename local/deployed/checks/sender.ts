import {
  type EventDestination,
  GetConfigurationSetCommand,
  type GetConfigurationSetCommandOutput,
  GetConfigurationSetEventDestinationsCommand,
} from '@aws-sdk/client-sesv2';
import type { AwsOptions } from './aws-faults.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, type Step, warning } from './finding.ts';
import { domainsOf, type Identity, readIdentities, unlessUnknown } from './mail-facts.ts';
import { mendStep } from './settings.ts';

const dnsStep = ({ name, dkim }: Identity): Step => ({
  words: `Put these records into the DNS of ${name}; SES finds them within hours:`,
  command: dkim.tokens.map((token) => `${token}._domainkey.${name} CNAME ${token}.dkim.amazonses.com`).join('\n'),
});

const makeIdentity = (name: string, { flags }: AwsOptions): string =>
  `aws sesv2 create-email-identity --email-identity ${name}${flags}`;

/** How an identity that SES does not send for yet is brought to it. */
const verifySteps = (identity: Identity, options: AwsOptions): readonly Step[] => {
  if (!identity.name.includes('@')) return [dnsStep(identity)];
  const again = `aws sesv2 delete-email-identity --email-identity ${identity.name}${options.flags} && ${makeIdentity(identity.name, options)}`;
  return [
    {
      words: `Follow the link in the mail that AWS sent to ${identity.name}; it lives a day. For a new one:`,
      command: again,
    },
  ];
};

/** Whether SES sends for this sender. @param identities those that SES knows, see `readIdentities` */
export const judgeSender = (sender: string, identities: readonly Identity[], options: AwsOptions): Judgement => {
  const verified = identities.find((identity) => identity.verified);
  if (verified !== undefined) {
    return ok(`${sender} is verified${verified.name === sender ? '' : ` by its domain ${verified.name}`}`);
  }
  const [pending] = identities;
  if (pending === undefined) {
    const [domain = ''] = domainsOf(sender);
    return broken(
      `SES knows neither ${sender} nor its domain: no mail can be sent`,
      { words: 'Verify the address (SES mails a link to it):', command: makeIdentity(sender, options) },
      { words: 'or, better, its domain (SES tells DNS records):', command: makeIdentity(domain, options) },
    );
  }
  const seen = `${pending.name} is not verified yet (${pending.status}): no mail can be sent`;
  return broken(seen, ...verifySteps(pending, options));
};

/** Whether mails of this sender are signed in the name of its domain. */
export const judgeDkim = (sender: string, identities: readonly Identity[], options: AwsOptions): Judgement => {
  const signing = identities.find(({ dkim }) => dkim.signing && dkim.status === 'SUCCESS');
  if (signing !== undefined) return ok(`mails are signed by ${signing.name}`);
  const domain = identities.find(({ name }) => !name.includes('@'));
  const because = 'mails are not signed in the name of the domain: many mail services take them for spam';
  if (domain === undefined) {
    const [name = ''] = domainsOf(sender);
    return warning(because, { words: 'Verify the domain, if it is yours:', command: makeIdentity(name, options) });
  }
  const seen = `${because} (${domain.name}: ${domain.dkim.status}${domain.dkim.signing ? '' : ', switched off'})`;
  if (domain.dkim.tokens.length > 0 && domain.dkim.status !== 'SUCCESS') return warning(seen, dnsStep(domain));
  const command = `aws sesv2 put-email-identity-dkim-attributes --email-identity ${domain.name} --signing-enabled${options.flags}`;
  return warning(seen, { words: 'Switch it on:', command });
};

const senderAndIdentities = async (facts: Facts) => {
  const { sender } = (await facts.neededSettings()).mail;
  return { sender, identities: await readIdentities(await facts.ses(), [sender, ...domainsOf(sender)]) };
};

export const lookAtSender = async (facts: Facts): Promise<Judgement> => {
  const { sender, identities } = await senderAndIdentities(facts);
  const judged = judgeSender(sender, identities, facts.awsOptions);
  return judged.verdict === 'ok' ? joined([judged, judgeDkim(sender, identities, facts.awsOptions)]) : judged;
};

/** What must come back of a mail, for a warning that nobody got not to count. */
const eventsNeeded = ['BOUNCE', 'COMPLAINT', 'REJECT'] as const;

type ConfigurationSet = Pick<GetConfigurationSetCommandOutput, 'SendingOptions'>;

/** Whether mails may go out under the configuration set, and whether their bounces come back. `set`: missing where SES knows none. */
export const judgeConfigurationSet = (
  name: string,
  set: ConfigurationSet | undefined,
  destinations: readonly EventDestination[],
  mend: Step,
  { flags }: AwsOptions,
): Judgement => {
  if (set === undefined) return broken(`SES has no configuration set ${name}: it refuses every mail`, mend);
  if (set.SendingOptions?.SendingEnabled === false) {
    return broken(`SES does not send under the configuration set ${name}: it is paused`, {
      words: 'Find out why (bounces, complaints), and switch it on again:',
      command: `aws sesv2 put-configuration-set-sending-options --configuration-set-name ${name} --sending-enabled${flags}`,
    });
  }
  const told = new Set(
    destinations
      .filter(({ Enabled, EventBridgeDestination }) => Enabled && EventBridgeDestination !== undefined)
      .flatMap(({ MatchingEventTypes = [] }) => MatchingEventTypes),
  );
  const missing = eventsNeeded.filter((event) => !told.has(event));
  if (missing.length === 0) return ok(`bounces and complaints come back through ${name}`);
  return broken(`${name} does not tell EventBridge of ${missing.join(', ')}: a warning that bounced would count`, mend);
};

export const lookAtConfigurationSet = async (facts: Facts): Promise<Judgement> => {
  const name = await facts.output('ConfigurationSet');
  const ses = await facts.ses();
  const asked = { ConfigurationSetName: name };
  const set = await unlessUnknown(ses.send(new GetConfigurationSetCommand(asked)));
  const { EventDestinations = [] } =
    (await unlessUnknown(ses.send(new GetConfigurationSetEventDestinationsCommand(asked)))) ?? {};
  return judgeConfigurationSet(name, set, EventDestinations, mendStep(facts), facts.awsOptions);
};
