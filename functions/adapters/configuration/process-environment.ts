import type { Variables } from './environment.ts';

/** The process's own variables. This file alone touches `process.env`; everything else is given its variables. */
export const processEnvironment = (): Variables => process.env;
