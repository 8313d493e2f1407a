/** The threads one follows, and what is unread in them: as the server lists them, kept up by what is heard. */
import { useQuery } from "@tanstack/react-query";

import { type FollowedThread, type ThreadReading, listThreads } from "../api/threads";
import type { ListedChannel, Message } from "../api/types";
import { timelineOf } from "../conversation/conversations";
import type { ThreadShown } from "../conversation/timeline";
import { keys, outdated, queries } from "../live/queries";
import { CAP } from "../reading/counts";
import { current } from "../session/session";

/** One that was kept up by what was heard, up to that number. */
export interface Followed extends FollowedThread {
  heardSeq?: number;
}

interface Listed {
  threads: Followed[];
  hasMore: boolean;
}

/** Everybody in a channel may have to ask at the same moment. */
const APART_MS = 1_500;
let asking: ReturnType<typeof setTimeout> | undefined;

export function useFollowed(channels: readonly ListedChannel[]): { threads: Followed[]; hasMore: boolean } | undefined {
  const listed = useQuery<Listed>({ queryKey: keys.threads(), queryFn: listThreads }).data;
  const mine = new Set(channels.filter((channel) => channel.isMember).map((channel) => channel.id));
  return listed && { ...listed, threads: listed.threads.filter(({ root }) => mine.has(root.channelId)) };
}

export function hearReplyOfFollowed(reply: Message): void {
  const threadId = reply.parentMessageId;
  const listed = queries.getQueryData<Listed>(keys.threads());
  if (!threadId || !listed) return;
  const isKnown = listed.threads.some(({ root }) => root.id === threadId);
  if (!isKnown && concernsMe(reply)) return askSoon();
  if (queries.isFetching({ queryKey: keys.threads() }) > 0) return askSoon();
  if (isKnown) change(threadId, (thread) => counted(thread, reply, myId()));
}

/** The first reply makes followers of the first message's author, and of those it names. */
export function hearThreadShown(channelId: string, threadId: string, shown: ThreadShown): void {
  const listed = queries.getQueryData<Listed>(keys.threads());
  if (!listed) return;
  if (listed.threads.some(({ root }) => root.id === threadId)) {
    const { participants, ...told } = shown;
    return change(threadId, (thread) => ({
      ...thread,
      root: { ...thread.root, ...told, threadParticipants: [...participants] },
    }));
  }
  const root = timelineOf(channelId).messages.find((message) => message.id === threadId);
  if (shown.threadReplyCount === 1 && (!root || root.userId === myId() || concernsMe(root))) askSoon();
}

export function hearThreadReading({ threadId, lastReadSeq, unread, mentions }: ThreadReading): void {
  change(threadId, (thread) => ({ ...thread, lastReadSeq, unread, mentions }));
}

/** What is gone may have been unread. */
export function hearGone(threadId: string | null | undefined): void {
  const listed = queries.getQueryData<Listed>(keys.threads());
  if (listed?.threads.some(({ root, unread }) => root.id === threadId && unread > 0)) askSoon();
}

export function counted(thread: Followed, reply: Message, myId: string): Followed {
  if (reply.seq <= Math.max(thread.lastReadSeq, thread.heardSeq ?? 0) || reply.userId === myId) return thread;
  return {
    ...thread,
    heardSeq: reply.seq,
    unread: Math.min(CAP, thread.unread + 1),
    mentions: Math.min(CAP, thread.mentions + (mentions(reply, myId) ? 1 : 0)),
  };
}

function change(threadId: string, make: (thread: Followed) => Followed): void {
  queries.setQueryData<Listed>(keys.threads(), (listed) => {
    if (!listed) return listed;
    const threads = listed.threads.map((each) => (each.root.id === threadId ? make(each) : each));
    return { ...listed, threads: threads.sort((a, b) => latest(b) - latest(a)) };
  });
}

export function askSoon(): void {
  clearTimeout(asking);
  asking = setTimeout(() => outdated(keys.threads()), Math.random() * APART_MS);
}

const latest = ({ root }: Followed) => Date.parse(root.lastReplyAt ?? root.createdAt);
const myId = () => current()?.user.id ?? "";
const mentions = (message: Message, userId: string) =>
  message.mentionsChannel === true || (message.mentions ?? []).includes(userId);
const concernsMe = (message: Message) => message.userId === myId() || mentions(message, myId());
