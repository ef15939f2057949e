import { notifyAvailability } from './notify-availability.ts';
import { watches } from './watches.ts';

/** Everything that the API can do. */
export const operations = [...notifyAvailability, ...watches];
