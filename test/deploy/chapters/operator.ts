import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';
import { openLink } from '../browser.ts';
import { projectFolder } from '../cdk.ts';
import { type Ended, runToEnd } from '../child.ts';
import type { Mail } from '../inbox.ts';
import { linkIn } from '../inbox.ts';
import { stage as stageName } from '../settings-file.ts';
import type { Stage } from '../stage.ts';
import type { World } from '../world.ts';

/** A command of this project, as `npm run` starts it. */
const runTool = ({ aws, signal }: World, file: string, ...args: readonly string[]): Promise<Ended> =>
  runToEnd(
    {
      command: process.execPath,
      args: [join('local/deployed', file), '--stage', stageName, ...args],
      cwd: projectFolder,
      env: { ...aws.environment },
    },
    signal,
  );

const findings = z.object({
  healthy: z.boolean(),
  counts: z.record(z.string(), z.number()),
  findings: z.array(z.object({ name: z.string(), verdict: z.string(), seen: z.array(z.string()) })),
});

/** Hands requests on to the links, for whoever does not know the names of MiniStack's APIs. */
const openFront = async (linksUrl: string) => {
  const server = createServer(async (asked, answer) => {
    const { status, headers, body } = await openLink(`${linksUrl}${asked.url}`);
    for (const name of ['referrer-policy', 'cache-control']) answer.setHeader(name, String(headers[name]));
    answer.writeHead(status).end(body);
  });
  return { url: `http://${loopback}:${await listenOnLoopback(server)}`, close: () => closeServer(server) };
};

/** `npm run doctor`: nothing is broken. */
export const askDoctor = async (world: World, { outputs }: Stage, settingsFile: string): Promise<void> => {
  const front = await openFront(outputs.LinksUrl);
  const { output } = await runTool(world, 'doctor.ts', '--config', settingsFile, '--links-url', front.url, '--json');
  await front.close();
  const told = findings.parse(JSON.parse(output.slice(output.indexOf('{'))));
  const broken = told.findings.filter(({ verdict }) => verdict === 'broken');
  assert.deepEqual(broken, [], 'the doctor finds nothing broken');
  world.narrator.see(
    Object.entries(told.counts)
      .map(([verdict, count]) => `${count} ${verdict}`)
      .join(', '),
  );
  for (const { name, verdict, seen } of told.findings) {
    if (verdict !== 'ok') world.narrator.see(`${verdict}: ${name}: ${seen.join('; ')}`);
  }
};

const versionIn = (link: string): string => new URL(link).searchParams.get('token')?.split('.')[0] ?? '';

/** `npm run rotate-link-keys`: links of mails that were sent before go on working. */
export const rotateLinkKeys = async (world: World, oldLink: string): Promise<void> => {
  const { exitCode, output } = await runTool(world, 'rotate-link-keys.ts');
  assert.equal(exitCode, 0, output);
  const [, version] = /the new key (\S+) is in its place/.exec(output) ?? [];
  assert.ok(version, output);
  assert.notEqual(version, versionIn(oldLink));
  const page = await openLink(oldLink);
  assert.equal(page.status, 200, 'a link that the old key signed still works');
  world.narrator.see(`${version} signs from now on; a link signed by ${versionIn(oldLink)} still works`);
};

/** A mail that was sent after the rotation and a new start of its function: the new key signed it, and its link works. */
export const seeNewKey = async ({ narrator }: World, mail: Mail, oldLink: string): Promise<void> => {
  const link = linkIn(mail, 'unsubscribe');
  assert.notEqual(versionIn(link), versionIn(oldLink), 'the new key signs');
  const page = await openLink(link);
  assert.equal(page.status, 200, page.body);
  narrator.see(`its link is signed by ${versionIn(link)}, and works`);
};
