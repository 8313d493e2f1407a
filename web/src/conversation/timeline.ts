/**
 * One channel's messages as this client knows them: in order of seq, none twice, holes known.
 *
 * Messages arrive live, by history pages and by sync, in any interleaving; every function here is pure and
 * the result does not depend on the order of arrival.
 */
import type { Message, MessagePage, Poll } from "../api/types";

export type Change =
  | { kind: "update"; message: Message }
  | { kind: "delete"; messageId: string; message?: Message | undefined; isPurged?: boolean }
  | { kind: "pin"; messageId: string; isPinned: boolean }
  | { kind: "poll"; messageId: string; poll: Poll }
  | ({ kind: "thread"; messageId: string } & ThreadShown)
  | { kind: "reaction"; messageId: string; emoji: string; userId: string; add: boolean; revision?: number };

/** How the first message of a thread shows the replies to it. */
export interface ThreadShown {
  readonly threadReplyCount: number;
  readonly lastReplyAt: string | null;
  readonly participants: readonly string[];
  readonly revision: number;
}

export interface Timeline {
  readonly messages: readonly Message[];
  /** The highest seq anybody told us of, whether or not we hold that message. */
  readonly lastSeq: number;
  /** The newest page was fetched, so what lies after the first message should be complete. */
  readonly isLoaded: boolean;
  readonly hasOlder: boolean;
  /** Grows with every reset: pages asked for before it are void. */
  readonly epoch: number;
  readonly tick: number;
  readonly recent: readonly { tick: number; change: Change }[];
}

/** Taken before a fetch: says which live changes the fetched copy may not contain yet. */
export interface Ticket {
  readonly epoch: number;
  readonly tick: number;
}

export interface Hole {
  /** The last message before the hole, or null when nothing is held. */
  readonly afterId: string | null;
  readonly size: number;
}

const RECENT_LIMIT = 256;

export const EMPTY: Timeline = {
  messages: [],
  lastSeq: 0,
  isLoaded: false,
  hasOlder: false,
  epoch: 0,
  tick: 0,
  recent: [],
};

export function ticketOf(timeline: Timeline): Ticket {
  return { epoch: timeline.epoch, tick: timeline.tick };
}

/** A message heard live, or in the answer to one's own send. */
export function receive(timeline: Timeline, message: Message): Timeline {
  const first = timeline.messages[0];
  // Older than what is held: it comes with a page not yet asked for and would only tear a hole.
  if (timeline.isLoaded && timeline.hasOlder && first && message.seq < first.seq) return timeline;
  if (holds(timeline, message.id)) return place(timeline, [message]);
  const early = timeline.recent.filter((entry) => subjectOf(entry.change) === message.id);
  return early.reduce((current, entry) => applyChange(current, entry.change), place(timeline, [message]));
}

/** Messages missed while away. */
export function mergeSync(timeline: Timeline, ticket: Ticket, messages: readonly Message[], lastSeq = 0): Timeline {
  if (ticket.epoch !== timeline.epoch) return timeline;
  return hearOf(replay(place(timeline, messages), ticket), lastSeq);
}

/** The newest page of history. */
export function mergeNewest(timeline: Timeline, ticket: Ticket, page: MessagePage): Timeline {
  if (ticket.epoch !== timeline.epoch) return timeline;
  const held = timeline.messages[0]?.seq ?? Infinity;
  const reached = page.messages[0]?.seq ?? Infinity;
  const hasOlder = timeline.isLoaded && held < reached ? timeline.hasOlder : page.hasMore;
  return replay(place({ ...timeline, isLoaded: true }, page.messages), ticket, hasOlder);
}

/** The page before the oldest message held. */
export function mergeOlder(timeline: Timeline, ticket: Ticket, page: MessagePage): Timeline {
  if (ticket.epoch !== timeline.epoch) return timeline;
  const held = timeline.messages[0]?.seq ?? Infinity;
  const reached = page.messages[0]?.seq ?? held;
  const hasOlder = reached > held ? timeline.hasOlder : page.hasMore;
  return replay(place(timeline, page.messages), ticket, hasOlder);
}

/** The server's own rows from one seq to another in place of what is held there, whichever seems newer. */
export function mend(
  timeline: Timeline,
  ticket: Ticket,
  rows: readonly Message[],
  fromSeq: number,
  untilSeq: number,
): Timeline {
  if (ticket.epoch !== timeline.epoch || !timeline.isLoaded) return timeline;
  // History may have been loaded anew meanwhile: what lies before it would only tear a hole.
  const low = Math.max(fromSeq, timeline.messages[0]?.seq ?? 0);
  const isWithin = ({ seq }: Message) => seq >= low && seq <= untilSeq;
  const others = timeline.messages.filter((message) => !isWithin(message));
  return replay(place({ ...timeline, messages: others }, rows.filter(isWithin)), ticket);
}

/** What happened to messages already posted. Unknown messages are not our concern: they come with their page. */
export function apply(timeline: Timeline, change: Change): Timeline {
  const tick = timeline.tick + 1;
  const recent = [...timeline.recent, { tick, change }].slice(-RECENT_LIMIT);
  return applyChange({ ...timeline, tick, recent }, change);
}

/** Forget the messages; history is to be fetched again. */
export function reset(timeline: Timeline): Timeline {
  return { ...EMPTY, lastSeq: timeline.lastSeq, epoch: timeline.epoch + 1 };
}

export function hearOf(timeline: Timeline, lastSeq: number): Timeline {
  return lastSeq > timeline.lastSeq ? { ...timeline, lastSeq } : timeline;
}

/** The first stretch known to exist but not held. */
export function missing(timeline: Timeline): Hole | null {
  if (!timeline.isLoaded) return null;
  const last = lastOfFirstRun(timeline.messages);
  if (!last) return timeline.lastSeq > 0 ? { afterId: null, size: timeline.lastSeq } : null;
  const next = timeline.messages.find((message) => message.seq > last.seq);
  const until = next ? next.seq - 1 : timeline.lastSeq;
  return until > last.seq ? { afterId: last.id, size: until - last.seq } : null;
}

/** Up to where this client is complete: what `sync` is told. Nothing before history was loaded. */
export function completeUntil(timeline: Timeline): number | null {
  if (!timeline.isLoaded) return null;
  return lastOfFirstRun(timeline.messages)?.seq ?? 0;
}

function place(timeline: Timeline, messages: readonly Message[]): Timeline {
  if (messages.length === 0) return timeline;
  const bySeq = new Map(timeline.messages.map((message) => [message.seq, message]));
  for (const message of messages) {
    const held = bySeq.get(message.seq);
    bySeq.set(message.seq, held ? newer(held, message) : message);
  }
  const merged = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return hearOf({ ...timeline, messages: merged }, merged.at(-1)?.seq ?? 0);
}

/** Puts the live changes heard since the ticket on top of what was fetched: they are idempotent. */
function replay(timeline: Timeline, ticket: Ticket, hasOlder = timeline.hasOlder): Timeline {
  return since(timeline, ticket).reduce(applyChange, { ...timeline, hasOlder });
}

/** What was heard since, of whichever message. */
export function since(timeline: Timeline, ticket: Ticket): Change[] {
  return timeline.recent.filter((entry) => entry.tick > ticket.tick).map((entry) => entry.change);
}

function applyChange(timeline: Timeline, change: Change): Timeline {
  const id = subjectOf(change);
  if (!holds(timeline, id)) return timeline;
  const messages = timeline.messages.map((message) => (message.id === id ? changed(message, change) : message));
  return { ...timeline, messages };
}

export function subjectOf(change: Change): string {
  return change.kind === "update" ? change.message.id : change.messageId;
}

export function changed(message: Message, change: Change): Message {
  switch (change.kind) {
    case "update":
      return newer(message, change.message);
    case "delete":
      if (change.message) return newer(message, change.message);
      return { ...message, content: "", isDeleted: true, isPurged: change.isPurged ?? false };
    case "pin":
      return { ...message, isPinned: change.isPinned };
    case "poll":
      return { ...message, poll: change.poll };
    case "thread":
      return answered(message, change);
    case "reaction":
      return reactedTo(message, change);
  }
}

/** A message that was fetched may know of later replies already. */
function answered(message: Message, { revision, participants, threadReplyCount, lastReplyAt }: ThreadShown): Message {
  if (revision < (message.revision ?? 0)) return message;
  return { ...message, revision, threadReplyCount, lastReplyAt, threadParticipants: [...participants] };
}

/** What somebody does here themselves has no revision yet. */
function reactedTo(message: Message, change: Change & { kind: "reaction" }): Message {
  const { revision = Infinity } = change;
  if (revision <= (message.revision ?? 0)) return message;
  const reactions = reacted(message.reactions, change);
  return change.revision === undefined ? { ...message, reactions } : { ...message, reactions, revision };
}

function reacted(reactions: Message["reactions"], change: Change & { kind: "reaction" }): Message["reactions"] {
  const others = (reactions[change.emoji] ?? []).filter((userId) => userId !== change.userId);
  const users = change.add ? [...others, change.userId] : others;
  const { [change.emoji]: _, ...rest } = reactions;
  return users.length > 0 ? { ...reactions, [change.emoji]: users } : rest;
}

/** A deleted message stays deleted; otherwise the later form wins, also of what no edit changed. */
function newer(held: Message, incoming: Message): Message {
  if (held.isDeleted !== incoming.isDeleted) return held.isDeleted ? held : incoming;
  if ((incoming.revision ?? 0) !== (held.revision ?? 0))
    return (incoming.revision ?? 0) > (held.revision ?? 0) ? incoming : held;
  return incoming.updatedAt >= held.updatedAt ? incoming : held;
}

function holds(timeline: Timeline, id: string): boolean {
  return timeline.messages.some((message) => message.id === id);
}

function lastOfFirstRun(messages: readonly Message[]): Message | undefined {
  const end = messages.findIndex((message, index) => messages[index + 1]?.seq !== message.seq + 1);
  return messages[end];
}
