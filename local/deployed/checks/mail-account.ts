import { type GetAccountCommandOutput, ListEmailIdentitiesCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import { counted } from '../../console-line.ts';
import type { AwsOptions } from './aws-faults.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, type Step, warning } from './finding.ts';
import { type Addressee, addresseesIn, domainsOf } from './mail-facts.ts';

/** SES's answer to GetAccount, as far as it is judged. */
export type MailAccount = Pick<
  GetAccountCommandOutput,
  'ProductionAccessEnabled' | 'SendingEnabled' | 'EnforcementStatus' | 'SendQuota'
>;

const productionStep = ({ flags }: AwsOptions): Step => ({
  words: 'Until then verify every recipient. Ask AWS for production access (a person answers, mostly within a day):',
  command: `aws sesv2 put-account-details --production-access-enabled --mail-type TRANSACTIONAL --website-url https://YOUR-SITE --use-case-description "Alerts to our own staff about GPUs that we rent"${flags}`,
});

const quotaOf = ({ SendQuota }: MailAccount): Judgement => {
  const { Max24HourSend: most = 0, SentLast24Hours: sent = 0 } = SendQuota ?? {};
  // SES says -1 where there is no limit.
  if (most < 0) return ok('no limit to the mails of a day');
  const left = Math.max(0, most - sent);
  const seen = `${left} of ${most} mails left for these 24 hours`;
  const step = { words: 'See what else sends from this account, or ask for a higher quota in the console of SES.' };
  if (left === 0) return broken(seen, step);
  return left < most / 10 ? warning(seen, step) : ok(seen);
};

/** Whether the account may send, to everybody, and enough. */
export const judgeMailAccount = (account: MailAccount, options: AwsOptions): Judgement => {
  const { ProductionAccessEnabled = false, SendingEnabled = false, EnforcementStatus = 'HEALTHY' } = account;
  const console = { words: 'Open the console of SES, Account dashboard, which says why and what to do.' };
  const paused = SendingEnabled ? [] : [broken('SES does not send for this account: sending is paused', console)];
  const watched =
    EnforcementStatus === 'HEALTHY'
      ? []
      : [EnforcementStatus === 'SHUTDOWN' ? broken : warning].map((judge) =>
          judge(`SES has put this account on ${EnforcementStatus}, for its bounces or complaints`, console),
        );
  const where = ProductionAccessEnabled
    ? ok('SES sends to everybody')
    : warning('SES is in the sandbox: it sends only to verified addresses', productionStep(options));
  return joined([...paused, ...watched, where, quotaOf(account)]);
};

export const lookAtMailAccount = async (facts: Facts): Promise<Judgement> =>
  judgeMailAccount(await facts.mailAccount(), facts.awsOptions);

const isVerified = ({ address, pattern }: Addressee, verified: ReadonlySet<string>): boolean =>
  [...(pattern ? [] : [address.toLowerCase()]), ...domainsOf(address)].some((name) => verified.has(name));

/** In the sandbox: whether everybody named in the settings is verified. @param verified in lower case */
export const judgeSandbox = (
  addressees: readonly Addressee[],
  verified: ReadonlySet<string>,
  { flags }: AwsOptions,
): Judgement => {
  const unreached = addressees.filter((addressee) => !isVerified(addressee, verified));
  if (unreached.length === 0)
    return ok(`${counted(addressees.length, 'address', 'addresses')} in the settings, all verified`);
  const lines = unreached.map(({ address, setting }) => `  ${address} (${setting})`);
  const steps = unreached.map(({ address, pattern }) => ({
    words: pattern ? 'Verify the domain; SES tells its DNS records:' : 'SES mails a link, which must be followed:',
    command: `aws sesv2 create-email-identity --email-identity ${pattern ? (domainsOf(address)[0] ?? '') : address}${flags}`,
  }));
  return broken([`in the sandbox, and not verified, so that nothing reaches them:`, ...lines], ...steps);
};

const mostPages = 10;

/** The names of all verified identities, in lower case. */
const verifiedNames = async (ses: SESv2Client): Promise<ReadonlySet<string>> => {
  const names = new Set<string>();
  let next: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const command = new ListEmailIdentitiesCommand({ PageSize: 1000, NextToken: next });
    const { EmailIdentities = [], NextToken } = await ses.send(command);
    for (const { IdentityName = '', VerificationStatus } of EmailIdentities) {
      if (VerificationStatus === 'SUCCESS') names.add(IdentityName.toLowerCase());
    }
    if (NextToken === undefined) break;
    next = NextToken;
  }
  return names;
};

export const lookAtRecipients = async (facts: Facts): Promise<Judgement> => {
  const [settings, { ProductionAccessEnabled }] = await Promise.all([
    facts.neededSettings(),
    facts.neededMailAccount(),
  ]);
  if (ProductionAccessEnabled) return ok('nobody needs to be verified: the account is out of the sandbox');
  return judgeSandbox(addresseesIn(settings), await verifiedNames(await facts.ses()), facts.awsOptions);
};
