import { SESv2Client } from '@aws-sdk/client-sesv2';
import { clientLimits } from './client-limits.ts';
import { createSesMailer, type MailerSettings } from './mailer.ts';

/** The mailer with a client of its own. Loaded with the first mail: most messages find nothing that is still owed. */
export const openSesMailer = (settings: MailerSettings) => createSesMailer(new SESv2Client(clientLimits), settings);
