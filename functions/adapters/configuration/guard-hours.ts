import * as z from 'zod/mini';
import { described, distinct, sameText, timeZone } from './field.ts';
import { endTimeOfDay, minuteOfDay, timeOfDay } from './time-of-day.ts';

const shortestSpan = 30;
const dayMinutes = 24 * 60;

const isSpan = z.object({ from: timeOfDay(), to: endTimeOfDay() });

const longEnough = z.check<unknown>(
  ({ value, issues }) => {
    const span = z.safeParse(isSpan, value).data;
    if (span === undefined) return;
    const [from, to] = [minuteOfDay(span.from), minuteOfDay(span.to)];
    const length = to > from ? to - from : (to - from + dayMinutes) % dayMinutes;
    if (length >= shortestSpan) return;
    const message = `at least ${shortestSpan} minutes after from (${span.from}); a whole day is from 00:00 to 24:00`;
    issues.push({ code: 'custom', path: ['to'], input: span.to, message });
  },
  { when: () => true },
);

const dayWords = 'a list of at least one of mon, tue, wed, thu, fri, sat and sun';

/** When a policy may delete. */
export const hours = z
  .strictObject({
    days: described(
      'Days on which the span begins: `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.',
      z
        .array(described('Day.', z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])), { error: dayWords })
        .check(z.minLength(1, { error: dayWords }), distinct(sameText)),
    ),
    from: described('Time of day from which on it may delete, such as `09:00`.', timeOfDay()),
    to: described(
      'Time of day from which on it may not any more, up to `24:00`. One before `from` is that of the next day.',
      endTimeOfDay(),
    ),
    timeZone: described('IANA time zone of these times. Missing: `mail.timeZone`.', z.exactOptional(timeZone())),
  })
  .check(longEnough);
