/** The threads one follows, and what is unread in them: as the server lists them, kept up by what is heard. */
import { useQuery } from "@tanstack/react-query";

import { type FollowedThread, type ThreadReading, listThreads } from "../api/threads";
import type { ListedChannel, Message } from "../api/types";
import { timelineOf } from "../conversation/conversations";
import { type Change, type ThreadShown, changed, subjectOf } from "../conversation/timeline";
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
  const open = new Set(channels.filter((channel) => channel.isMember && !channel.isArchived).map(({ id }) => id));
  const isShown = ({ root }: Followed) => open.has(root.channelId) && (root.threadReplyCount ?? 0) > 0;
  return listed && { ...listed, threads: listed.threads.filter(isShown) };
}

export function hearReplyOfFollowed(reply: Message): void {
  const threadId = reply.parentMessageId;
  const listed = queries.getQueryData<Listed>(keys.threads());
  if (!threadId || !listed) return;
  const isKnown = listed.threads.some(({ root }) => root.id === threadId);
  if (isKnown ? mightMention(reply, myId()) : concernsMe(reply)) return askSoon();
  if (queries.isFetching({ queryKey: keys.threads() }) > 0) return askSoon();
  if (isKnown) change(threadId, (thread) => counted(thread, reply, myId()));
}

/** The first reply makes followers of the first message's author, and of those it names. */
export function hearThreadShown(channelId: string, threadId: string, shown: ThreadShown): void {
  const listed = queries.getQueryData<Listed>(keys.threads());
  if (!listed || listed.threads.some(({ root }) => root.id === threadId)) return;
  const root = timelineOf(channelId).messages.find((message) => message.id === threadId);
  if (shown.threadReplyCount === 1 && (!root || root.userId === myId() || concernsMe(root))) askSoon();
}

/** What happened to the first message of a thread, or to a reply: an edit may name me, or do so no longer. */
export function hearChangeOfFollowed(made: Change): void {
  const listed = queries.getQueryData<Listed>(keys.threads());
  if (!listed) return;
  const id = subjectOf(made);
  if (listed.threads.some(({ root }) => root.id === id))
    change(id, (thread) => ({ ...thread, root: changed(thread.root, made) }));
  if (made.kind === "update" && isUnsure(listed.threads, made.message, myId())) askSoon();
}

/** Whether a message as it reads now may change which threads I follow, or what is unread in them. */
export function isUnsure(threads: readonly Followed[], message: Message, myId: string): boolean {
  const threadId = message.parentMessageId ?? message.id;
  const thread = threads.find(({ root }) => root.id === threadId);
  const isOther = message.userId !== myId;
  if (!thread) return isOther && mentions(message, myId) && (threadId !== message.id || (message.threadReplyCount ?? 0) > 0);
  if (threadId === message.id || !isOther || message.seq <= thread.lastReadSeq) return false;
  return thread.mentions > 0 || mentions(message, myId) || mightMention(message, myId);
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
/** Whoever was away when @here was said is not meant: a message does not tell who that is. */
const mightMention = (message: Message, userId: string) =>
  message.mentionsHere === true && message.userId !== userId && !mentions(message, userId);
const concernsMe = (message: Message) => message.userId === myId() || mentions(message, myId());
