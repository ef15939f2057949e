/**
 * `npm run test:deploy`: the whole system, deployed by the real CDK command line into a local AWS, and looked at from outside.
 * What that cannot prove: docs/ministack.md.
 */
import { readFile } from 'node:fs/promises';
import { cleanupAtEnd, temporaryFolder } from './cleanup.ts';
import { createNarrator } from './narrator.ts';
import { ToolMissingError } from './python.ts';
import { tellStory } from './story.ts';
import { openWorld, type World } from './world.ts';

const narrator = createNarrator(console.log);
const cleanup = cleanupAtEnd(narrator.say);
const tailLines = 40;
const tailColumns = 400;

const tailOf = async ({ aws }: World): Promise<string> =>
  (await readFile(aws.logFile, 'utf8'))
    .trim()
    .split('\n')
    .slice(-tailLines)
    .map((line) => line.slice(0, tailColumns))
    .join('\n');

const tell = async (): Promise<boolean> => {
  const world = await openWorld(narrator, await temporaryFolder(cleanup), cleanup);
  try {
    await tellStory(world);
    return true;
  } catch (failure) {
    // What was cut off has not failed.
    if (cleanup.interrupted() !== undefined) return false;
    narrator.say('✗ the story ends here');
    console.error(failure);
    console.error(`\nThe last lines of MiniStack's log:\n${await tailOf(world)}`);
    return false;
  }
};

/** Whoever has no Python, say, can work on everything else; what lands has been deployed. */
const withoutTool = ({ message }: ToolMissingError): number => {
  console.error(`Not run, nothing is proven: ${message}`);
  return process.env.CI === 'true' ? 1 : 0;
};

const run = async (): Promise<number> => {
  try {
    const isWhole = await tell();
    await cleanup.run();
    if (cleanup.interrupted() === undefined) console.log(`${narrator.passed()} passed, ${isWhole ? 0 : 1} failed`);
    return isWhole ? 0 : 1;
  } catch (failure) {
    await cleanup.run();
    if (failure instanceof ToolMissingError) return withoutTool(failure);
    throw failure;
  }
};

const exitCode = await run();
process.exit(cleanup.interrupted() ?? exitCode);
