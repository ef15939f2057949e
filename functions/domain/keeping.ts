import { day } from './time.ts';

/** Windows stay in the history so long after they closed. */
export const historyKept = 90 * day;

/** A mail's links work for so long after it was written. */
export const mailKept = 90 * day;
