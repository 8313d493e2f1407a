/** Keeps count of what is unread in a channel by what is heard; what cannot be known so is left to be asked. */
import type { Message } from "../api/types";

export const CAP = 1_000;

/** What the server answers of a channel: counts as it was at `lastSeq` and `lastRevision`. */
export interface UnreadState {
  channelId: string;
  unread: number;
  mentions: number;
  lastReadSeq: number;
  lastSeq: number;
  lastRevision: number;
}

export interface Held {
  readonly lastReadSeq: number;
  readonly lastSeq: number;
  readonly revision: number;
  /** What the server counted up to `lastSeq`. */
  readonly unread: number;
  readonly mentions: number;
  /** Others' messages heard since, by number: whether they mention me. */
  readonly later: ReadonlyMap<number, boolean>;
  /** The counts are to be asked for: what was heard does not tell them. */
  readonly isUnsure: boolean;
}

/** What the server answered; whatever was heard since is counted upon that. */
export function take(before: Held | undefined, told: UnreadState): Held {
  return {
    lastReadSeq: told.lastReadSeq,
    lastSeq: told.lastSeq,
    revision: told.lastRevision,
    unread: told.unread,
    mentions: told.mentions,
    later: after(before?.later ?? NOTHING, told.lastSeq),
    isUnsure: false,
  };
}

export function countsOf(held: Held): { unread: number; mentions: number } {
  const heard = [...held.later].filter(([seq]) => seq > held.lastReadSeq);
  return {
    unread: Math.min(CAP, held.unread + heard.length),
    mentions: Math.min(CAP, held.mentions + heard.filter(([, mentionsMe]) => mentionsMe).length),
  };
}

/** The newest number there is, as far as one has heard. */
export function newestSeq(held: Held): number {
  return Math.max(held.lastSeq, ...held.later.keys());
}

/** The marker has moved, here or on another device. */
export function read(held: Held, told: UnreadState): Held {
  const moved = markUpTo(held, told.lastReadSeq);
  if (told.lastReadSeq >= held.lastSeq) return moved;
  if (told.lastSeq >= held.lastSeq && told.lastRevision >= held.revision) return take(held, told);
  return { ...moved, isUnsure: true };
}

/** Before the server knows: everything up to here is read. What lies between is not known until it says so. */
export function markUpTo(held: Held, seq: number): Held {
  const isAll = seq >= held.lastSeq;
  return { ...held, lastReadSeq: seq, unread: isAll ? 0 : held.unread, mentions: isAll ? 0 : held.mentions };
}

export function posted(held: Held, message: Message, myId: string): Held {
  if (message.seq <= held.lastSeq || !isCounted(message, myId)) return held;
  return {
    ...held,
    later: new Map(held.later).set(message.seq, mentions(message, myId)),
    isUnsure: held.isUnsure || mightMention(message, myId),
  };
}

export function updated(held: Held, message: Message, myId: string): Held {
  if ((message.revision ?? 0) <= held.revision) return held;
  const heard = { ...held, revision: message.revision ?? 0 };
  if (held.later.has(message.seq)) return posted(heard, message, myId);
  const matters = held.mentions > 0 || mentions(message, myId) || mightMention(message, myId);
  return wasCounted(held, message, myId) && matters ? { ...heard, isUnsure: true } : heard;
}

export function deleted(held: Held, tombstone: Message, myId: string): Held {
  if ((tombstone.revision ?? 0) <= held.revision) return held;
  const heard = { ...held, revision: tombstone.revision ?? 0 };
  if (held.later.has(tombstone.seq)) {
    const later = new Map(held.later);
    later.delete(tombstone.seq);
    return { ...heard, later };
  }
  if (!wasCounted(held, tombstone, myId)) return heard;
  // Whether it mentioned me, or whether one more than a thousand is left, only the server knows.
  return { ...heard, unread: held.unread - 1, isUnsure: held.isUnsure || held.mentions > 0 || held.unread >= CAP };
}

/** Retention removed messages; whether others had been deleted before, and so did not count, is not told. */
export function purged(held: Held, seqs: readonly number[], revision: number): Held {
  const gone = new Set(seqs);
  const isUnsure = held.unread > 0 && seqs.some((seq) => seq > held.lastReadSeq && seq <= held.lastSeq);
  return {
    ...held,
    revision: Math.max(held.revision, revision),
    later: new Map([...held.later].filter(([seq]) => !gone.has(seq))),
    isUnsure: held.isUnsure || isUnsure,
  };
}

const NOTHING: ReadonlyMap<number, boolean> = new Map();

const after = (later: ReadonlyMap<number, boolean>, seq: number) => new Map([...later].filter(([each]) => each > seq));

const wasCounted = (held: Held, message: Message, myId: string) =>
  message.seq > held.lastReadSeq && message.seq <= held.lastSeq && isCounted(message, myId);

const isCounted = (message: Message, myId: string) =>
  message.userId !== myId && !message.isImported && (!message.parentMessageId || message.alsoToChannel === true);

const mentions = (message: Message, myId: string) =>
  message.mentionsChannel === true || (message.mentions ?? []).includes(myId);

/** Whoever was away when @here was said is not meant: a message does not tell who that is. */
const mightMention = (message: Message, myId: string) => message.mentionsHere === true && !mentions(message, myId);
