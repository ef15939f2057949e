import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { type Clients, openClients } from './aws.ts';
import { type Cdk, openCdk } from './cdk.ts';
import type { Cleanup } from './cleanup.ts';
import { type LocalAws, ministackPackage, startMinistack } from './ministack.ts';
import type { Narrator } from './narrator.ts';

/** Everything that the story happens in: an AWS account, a provider, and a person at a command line. */
export type World = {
  readonly narrator: Narrator;
  readonly runFolder: string;
  readonly aws: LocalAws;
  readonly clients: Clients;
  readonly emulator: Emulator;
  readonly cdk: Cdk;
  /** Ends what is under way when the run is to end. */
  readonly signal: AbortSignal;
};

export const openWorld = async (narrator: Narrator, runFolder: string, cleanup: Cleanup): Promise<World> => {
  const ending = new AbortController();
  const emulator = await startEmulator({ seed: 'deploy' });
  cleanup.add(() => emulator.close());
  const aws = await startMinistack(runFolder, cleanup);
  cleanup.add(() => ending.abort());
  narrator.say(`MiniStack ${ministackPackage.version}, a local AWS, answers on ${aws.endpoint}; policies are enforced`);
  narrator.say(`the provider's emulator answers on ${emulator.url}`);
  const cdk = openCdk(aws, ending.signal);
  return { narrator, runFolder, aws, clients: openClients(aws), emulator, cdk, signal: ending.signal };
};
