import type { RenderedMail } from '#domain/notice.ts';

/** Headers of a mail that a program wrote: no robot shall answer it. */
export const robotHeaders: RenderedMail['headers'] = [
  // RFC 3834: no robot answers a robot.
  { name: 'Auto-Submitted', value: 'auto-generated' },
  // Exchange: no out-of-office answers. Not `All`: that would hold back the reports that tell us of a bounce.
  { name: 'X-Auto-Response-Suppress', value: 'OOF, AutoReply' },
];
