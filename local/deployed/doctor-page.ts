import { oneLine } from '#adapters/look/one-line.ts';
import type { TimeWords } from '#adapters/mail/time-words.ts';
import { type Paper, paint, paragraph, type Tone } from '../plan/layout.ts';
import type { Step, Verdict } from './checks/finding.ts';
import type { Diagnosis, Finding } from './doctor-run.ts';

const marks: Readonly<Record<Verdict, { readonly mark: string; readonly tone: Tone }>> = {
  ok: { mark: '✓', tone: 'good' },
  warning: { mark: '!', tone: 'idle' },
  broken: { mark: '✗', tone: 'bad' },
  'not-looked-at': { mark: '·', tone: 'quiet' },
};

const widestName = 'deployed settings'.length;
const indent = widestName + 4;
const mostOfALine = 600;
const mostRawLines = 40;
const fewRawLines = 6;

/** A line that begins with spaces belongs to the one before. */
const seenLines = (seen: string, tone: Tone, paper: Paper): readonly string[] => {
  const inner = seen.length - seen.trimStart().length;
  return paragraph(oneLine(seen, mostOfALine), paper, inner > 0 ? 'quiet' : tone, indent + inner, 2);
};

/** A command is never broken: it is to be copied. */
const stepLines = ({ words, command }: Step, paper: Paper): readonly string[] => {
  const lines = command === undefined ? [] : command.split('\n');
  return [
    ...paragraph(`→ ${oneLine(words, mostOfALine)}`, paper, 'plain', indent, 2),
    ...lines.map((line) => ' '.repeat(indent + 4) + paint({ text: line, tone: 'strong' }, paper)),
  ];
};

/** The answer as it came; what a terminal would obey is left out. Whoever has to find a fault in it sees its structure. */
const rawLines = ({ raw, verdict }: Finding, paper: Paper): readonly string[] => {
  if (raw === undefined) return [];
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw, undefined, verdict === 'ok' ? 0 : 1);
  const harmless = text.replace(/[\p{Cf}\p{Cc}]/gu, (letter) => (letter === '\n' ? letter : ' '));
  const lines = harmless.split('\n').flatMap((line) => {
    const inner = line.length - line.trimStart().length;
    return paragraph(line.trimStart(), paper, 'quiet', indent + 4 + inner, 2);
  });
  const most = verdict === 'ok' ? fewRawLines : mostRawLines;
  const more = lines.length > most ? [`${' '.repeat(indent + 4)}… --json has all of it`] : [];
  return [`${' '.repeat(indent + 2)}the answer as it came:`, ...lines.slice(0, most), ...more];
};

const findingLines = (finding: Finding, paper: Paper): readonly string[] => {
  const { name, verdict, seen, doThis } = finding;
  const { mark, tone } = marks[verdict];
  const [first = '', ...rest] = seen.flatMap((line, index) =>
    seenLines(line, index === 0 && verdict !== 'ok' ? tone : 'plain', paper),
  );
  const head = `${paint({ text: mark, tone }, paper)} ${name.padEnd(widestName)}  `;
  return [
    head + first.trimStart(),
    ...rest,
    ...rawLines(finding, paper),
    ...doThis.flatMap((step) => stepLines(step, paper)),
  ];
};

/** What could not be looked at for one reason is told together. */
const unseenLines = (findings: readonly Finding[], paper: Paper): readonly string[] =>
  [...Map.groupBy(findings, ({ seen }) => seen.join(' '))].flatMap(([because, alike]) => {
    const names = alike.map(({ name }) => name).join(', ');
    return paragraph(`${marks['not-looked-at'].mark} ${names}: ${oneLine(because, mostOfALine)}`, paper, 'quiet', 0, 2);
  });

const groupLines = (findings: readonly Finding[], paper: Paper): readonly string[] => {
  const unseen = findings.filter(({ verdict }) => verdict === 'not-looked-at');
  const seen = findings.filter(({ verdict }) => verdict !== 'not-looked-at');
  return [...seen.flatMap((finding) => findingLines(finding, paper)), ...unseenLines(unseen, paper)];
};

const sumLine = ({ counts, healthy }: Diagnosis, paper: Paper): string => {
  const words = [
    `${counts.broken} broken`,
    `${counts.warning} ${counts.warning === 1 ? 'warning' : 'warnings'}`,
    `${counts.ok} ok`,
    ...(counts['not-looked-at'] > 0 ? [`${counts['not-looked-at']} not looked at`] : []),
  ];
  return paint({ text: words.join(', '), tone: healthy ? 'strong' : 'bad' }, paper);
};

/** The page that `npm run doctor` shows. Words from outside are made harmless. */
export const doctorPage = (diagnosis: Diagnosis, times: TimeWords, paper: Paper): string => {
  const { stack, region = 'no region', at, findings } = diagnosis;
  const groups = Map.groupBy(findings, ({ group }) => group);
  return [
    `${paint({ text: stack, tone: 'strong' }, paper)} in ${region}, looked at ${times.moment(at)}`,
    ...[...groups].flatMap(([group, members]) => [
      '',
      paint({ text: group, tone: 'strong' }, paper),
      ...groupLines(members, paper),
    ]),
    '',
    sumLine(diagnosis, paper),
    '',
  ].join('\n');
};
