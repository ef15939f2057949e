import { expect } from 'vitest';
import { createTimeWords } from '#adapters/mail/time-words.ts';
import { doctorPage } from '#local/deployed/doctor-page.ts';
import type { Diagnosis } from '#local/deployed/doctor-run.ts';

export const pageOf = (diagnosis: Diagnosis, columns: number, colour = false) =>
  doctorPage(diagnosis, createTimeWords('UTC'), { columns, colour });

export const findingIn = ({ findings }: Diagnosis, wanted: string) =>
  findings.find(({ name }) => name === wanted) ?? expect.fail(`no finding ${wanted}`);

/** The findings that are not ok, by name. */
export const troublesIn = ({ findings }: Diagnosis) =>
  Object.fromEntries(findings.filter(({ verdict }) => verdict !== 'ok').map(({ name, verdict }) => [name, verdict]));
