import { mailKept } from '#domain/keeping.ts';
import type { Instant } from '#domain/time.ts';
import type { Rotation } from './rotate-link-keys-run.ts';

const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

/** What the rotation means for links, a line each. Of keys only their versions are shown. */
export const rotationPage = ({ parameter, signing, kept, dropped }: Rotation, now: Instant): readonly string[] => [
  `${parameter}: the new key ${signing} is in its place.`,
  'It signs links from now on; the last function uses it in five minutes.',
  kept.length === 0
    ? 'No older key is kept.'
    : `Kept: ${kept.join(', ')}. Links that they signed work until they end by themselves, the last on ${dayOf(now + mailKept)}.`,
  ...(dropped.length === 0
    ? []
    : [`Dropped: ${dropped.join(', ')}. Links that they signed, and that had not ended yet, do not work any more.`]),
];
