import type { NoticeAbout, NoticeQueue } from './queue.ts';

/** The queue to send-notice, whose client is loaded once, with the first announcement: most runs have none. */
export const createLateQueue = (queueUrl: string, about: NoticeAbout): NoticeQueue => {
  let opened: Promise<NoticeQueue> | undefined;
  const queue = () => {
    opened ??= import('./open-queue.ts').then(({ openNoticeQueue }) => openNoticeQueue(queueUrl, about));
    return opened;
  };
  return { announce: async (recipientIds) => (await queue()).announce(recipientIds) };
};
