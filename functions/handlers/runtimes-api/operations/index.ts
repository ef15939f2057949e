import { creating } from './create.ts';
import { exemptions } from './exemptions.ts';
import { prices } from './price.ts';
import { runtimes } from './runtimes.ts';
import { templates } from './templates.ts';

/** Everything of the API that asks the provider. */
export const operations = [...runtimes, ...exemptions, ...templates, ...prices, ...creating];
