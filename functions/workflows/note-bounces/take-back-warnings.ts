import { addresseeOf, bounceWarning, type ReturnedMailOf } from '#domain/guardrails/episode.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { ReturnedMail } from '#domain/returned-mail.ts';
import type { Fail } from '#workflows/attempts.ts';
import { decideOnCase } from '#workflows/cases.ts';
import type { NoteBouncesWorld } from './world.ts';

/** A runtime, and the mail about it that came back. */
type TakenBack = { readonly key: RuntimeKey; readonly mail: ReturnedMailOf };

const warningsIn = ({ episode }: RuntimeCase) =>
  [episode?.first, episode?.last].filter((warning) => warning !== undefined);

/** Takes the warnings of a mail back from a runtime's case, and tells it where one was there. */
const takeBack = async (world: NoteBouncesWorld, { key, mail }: TakenBack): Promise<void> => {
  const lost = await decideOnCase(world.store, key, (before) => {
    const kase = before && bounceWarning(before, mail, world.clock());
    const isLost = before !== undefined && kase !== undefined && warningsIn(kase).length < warningsIn(before).length;
    return { kase, result: isLost ? kase : undefined };
  });
  if (lost === undefined) return;
  const { project, id: runtimeId, name, episode } = lost;
  const because = episode?.voided?.because ?? 'its warning came back';
  world.report({ event: 'warnings-voided', because, project, runtimeId, name });
};

/** One runtime's trouble is no other's. */
const takeAllBack = async (world: NoteBouncesWorld, all: readonly TakenBack[], fail: Fail): Promise<void> => {
  for (const one of all) await takeBack(world, one).catch(fail);
};

/** Takes back every warning that stood in this mail, whether its acceptance is recorded already or not. */
export const takeBackWarningsOf = async (
  world: NoteBouncesWorld,
  { mailId, recipientId, about }: ReturnedMail,
  fail: Fail,
): Promise<void> => {
  if (about !== 'warning') return;
  const record = await world.store.readWarningRecord(mailId);
  const rows = record?.rows ?? [];
  const all = rows.map((row) => ({ key: runtimeKey(row), mail: { mailId, recipientId, episodeId: row.episodeId } }));
  await takeAllBack(world, all, fail);
};

const sentTo = ({ cases }: Pick<GuardBoard, 'cases'>, isTheirs: (address: string) => boolean, recipientId: string) =>
  [...cases].flatMap(([key, { value: kase }]) =>
    warningsIn(kase).flatMap((warning): TakenBack[] => {
      const { mailId } = warning;
      const wasTold = warning.mail === 'sent' && isTheirs(addresseeOf(warning) ?? '');
      if (!wasTold || mailId === undefined || kase.episode === undefined) return [];
      return [{ key, mail: { mailId, recipientId, episodeId: kase.episode.id } }];
    }),
  );

/** Takes back the other warnings that an address was sent: one that takes no mail has been warned of nothing. */
export const takeBackWarningsTo = async (
  world: NoteBouncesWorld,
  { recipientId }: ReturnedMail,
  fail: Fail,
): Promise<void> => {
  const isTheirs = (address: string) => world.digest(address.toLowerCase()) === recipientId;
  await takeAllBack(world, sentTo(await world.store.readBoard(), isTheirs, recipientId), fail);
};
