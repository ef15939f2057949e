import { acceptWarning, refuseWarning } from '#domain/guardrails/episode.ts';
import { canRecreate } from '#domain/guardrails/particulars.ts';
import { type RuntimeCase, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { ComposedWarning } from '#domain/guardrails/runtime-mail.ts';
import type { DeletedRow } from '#domain/guardrails/runtime-notice.ts';
import { day, hour, type Instant } from '#domain/time.ts';
import { changeCase } from '#workflows/cases.ts';
import { type Addressee, type DueMail, forAll, type RuntimeNoticeWorld } from './runtime-notice-world.ts';

/** A Keep link outlives the time that its mail names: the page says what has become of the runtime. */
const keepLinkLives = day;

export const warningMail = (
  world: RuntimeNoticeWorld,
  to: Addressee,
  warnings: readonly ComposedWarning[],
  would: boolean,
): DueMail => {
  const mailId = world.newId();
  const writtenAt = world.clock();
  const rows = warnings.map(({ kase, row, accepted }) => {
    const { episodeId, deleteAt } = accepted;
    const link = { project: kase.project, runtimeId: kase.id, episodeId, mailId, expiresAt: deleteAt + keepLinkLives };
    return { ...row, keepUrl: world.links.keepUrl(link) };
  });
  const latest = Math.max(...rows.map(({ deleteAt }) => deleteAt));
  const all = { recipientId: to.id, mailId, expiresAt: latest + keepLinkLives };
  const keepAll = rows.length > 1 ? { keepAllUrl: world.links.keepAllUrl(all) } : {};
  return {
    mailId,
    rows: rows.length,
    mail: { kind: 'warning', writtenAt, rows, would, ...keepAll },
    prepare: () =>
      world.store.saveWarningRecord({
        mailId,
        recipientId: to.id,
        writtenAt,
        rows: warnings.map(({ kase: { project, id, name }, accepted: { episodeId, deleteAt } }) => ({
          project,
          id,
          name,
          episodeId,
          deleteAt,
        })),
      }),
    accepted: (at) =>
      forAll(warnings, async ({ key, kase, accepted, entry }) => {
        const ledgered = would ? undefined : { ...entry, at };
        await changeCase(world.store, key, (current) => acceptWarning(current, { ...accepted, mailId, at }, ledgered));
        const { project, id: runtimeId, name } = kase;
        const { step, deleteAt } = accepted;
        world.report({ event: 'runtime-warned', step, recipientId: to.id, deleteAt, project, runtimeId, name });
      }),
    refused: (at) =>
      forAll(warnings, ({ key, accepted, level }) =>
        changeCase(world.store, key, (current) => refuseWarning(current, { ...accepted, level }, at)),
      ),
  };
};

type OwedGone = NonNullable<RuntimeCase['owedGone']>;
export type GoneCase = { readonly kase: RuntimeCase; readonly owed: OwedGone };

const withoutOwedGone = (kase: RuntimeCase, owed: OwedGone): RuntimeCase => {
  const { owedGone, ...rest } = kase;
  return owedGone?.owedAt === owed.owedAt ? rest : kase;
};

/** An address that takes no mail is tried again after so long. */
export const retryRefused = 6 * hour;

/** The next addressee is told; the last one, who runs all of this, is tried again. */
const nextAddressee = (kase: RuntimeCase, { owedAt, level }: OwedGone, now: Instant): RuntimeCase => {
  const { owedGone } = kase;
  if (owedGone?.owedAt !== owedAt || owedGone.level !== level) return kase;
  const isLast = level + 1 >= owedGone.to.length;
  return {
    ...kase,
    owedGone: isLast ? { ...owedGone, retryAt: now + retryRefused } : { ...owedGone, level: level + 1 },
  };
};

const deletedRow = async (world: RuntimeNoticeWorld, to: Addressee, { kase, owed }: GoneCase): Promise<DeletedRow> => {
  const { entry, savedId } = owed;
  const saved = savedId === undefined ? undefined : (await world.store.readSaved(savedId))?.value;
  const unsaved = saved?.unsaved ?? kase.particulars?.unsaved ?? [];
  const { project, id, name } = kase;
  const link = saved && { savedId: saved.id, recipientId: to.id, expiresAt: saved.expiresAt };
  const recreate = link && canRecreate(unsaved) && { url: world.links.recreateUrl(link), until: link.expiresAt };
  return {
    runtime: entry.runtime ?? { project, id, name },
    deletedAt: entry.at,
    because: entry.because,
    unsaved,
    ...(entry.evidence === undefined ? {} : { evidence: entry.evidence }),
    ...(entry.money === undefined ? {} : { money: entry.money }),
    ...(recreate ? { recreate } : {}),
  };
};

export const deletedMail = async (
  world: RuntimeNoticeWorld,
  to: Addressee,
  goneCases: readonly GoneCase[],
): Promise<DueMail> => {
  const rows = await Promise.all(goneCases.map((one) => deletedRow(world, to, one)));
  const changeEach = (change: (kase: RuntimeCase, owed: OwedGone) => RuntimeCase) =>
    forAll(goneCases, ({ kase, owed }) =>
      changeCase(world.store, runtimeKey(kase), (current) => change(current, owed)),
    );
  return {
    mailId: world.newId(),
    rows: rows.length,
    mail: { kind: 'deleted', writtenAt: world.clock(), rows },
    accepted: () => changeEach(withoutOwedGone),
    refused: (at) => changeEach((kase, owed) => nextAddressee(kase, owed, at)),
  };
};
