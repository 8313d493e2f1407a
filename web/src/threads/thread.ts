/** One thread as this client knows it: its first message, and the replies, kept as a channel's timeline is. Pure. */
import type { ThreadPage } from "../api/threads";
import type { Message } from "../api/types";
import {
  type Change,
  type Ticket,
  type Timeline,
  EMPTY,
  apply,
  changed,
  mergeNewest,
  mergeOlder,
  receive,
  since,
  subjectOf,
} from "../conversation/timeline";

export interface Thread {
  readonly root: Message | null;
  readonly replies: Timeline;
  readonly isFollowing: boolean;
  readonly followers: number;
  /** What is read of it, as far as this device knows. */
  readonly lastReadSeq: number;
}

export const UNKNOWN: Thread = { root: null, replies: EMPTY, isFollowing: false, followers: 0, lastReadSeq: 0 };

/** The newest replies as the server has them, down to the oldest that is held. */
export function loaded(thread: Thread, ticket: Ticket, page: ThreadPage): Thread {
  const later = since(thread.replies, ticket).filter((change) => subjectOf(change) === page.root.id);
  return {
    root: later.reduce(changed, page.root),
    replies: mergeNewest(thread.replies, ticket, pageOf(page)),
    isFollowing: page.isFollowing,
    followers: page.followers,
    lastReadSeq: page.lastReadSeq,
  };
}

export function loadedOlder(thread: Thread, ticket: Ticket, page: ThreadPage): Thread {
  return { ...thread, replies: mergeOlder(thread.replies, ticket, pageOf(page)) };
}

/** A reply heard live, or in the answer to one's own: whoever replies follows, even if they had stopped to. */
export function heard(thread: Thread, reply: Message, myId: string): Thread {
  const isNew = !thread.replies.messages.some(({ id }) => id === reply.id);
  const after = { ...thread, replies: receive(thread.replies, reply) };
  return isNew && reply.userId === myId ? followed(after, true) : after;
}

export function followed(thread: Thread, isFollowing: boolean): Thread {
  if (thread.isFollowing === isFollowing) return thread;
  return { ...thread, isFollowing, followers: Math.max(0, thread.followers + (isFollowing ? 1 : -1)) };
}

/** What happened to one of its messages, the first included. */
export function happened(thread: Thread, change: Change): Thread {
  const { root } = thread;
  const isOfRoot = root !== null && subjectOf(change) === root.id;
  return { ...thread, root: isOfRoot ? changed(root, change) : root, replies: apply(thread.replies, change) };
}

/** What is said in a channel itself: replies are only if their author wanted it. */
export const isInChannel = (message: Message) => !message.parentMessageId || message.alsoToChannel === true;

const pageOf = ({ replies, hasMore }: ThreadPage) => ({ messages: replies, hasMore, total: 0 });
