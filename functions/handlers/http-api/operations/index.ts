import { addresses } from './addresses.ts';
import { health } from './health.ts';
import { ledger } from './ledger.ts';
import { notifyAvailability } from './notify-availability.ts';
import { offers } from './offers.ts';
import { watches } from './watches.ts';

/** Everything that the API can do. */
export const operations = [...notifyAvailability, ...watches, ...addresses, ...offers, ...ledger, ...health];
