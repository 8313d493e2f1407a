/** What was written but is not yet known to be stored: sent in order, again after every reconnect. */
import type { Message } from "../api/types";

export interface Draft {
  readonly clientMessageId: string;
  readonly channelId: string;
  readonly content: string;
  /** The thread that it answers. */
  readonly parentMessageId?: string;
  readonly alsoToChannel?: boolean;
  readonly attachments?: readonly Attachment[];
  /** Its author has been told how many it mentions, and means it. */
  readonly confirmMentions?: boolean;
  readonly createdAt: string;
  readonly state: "pending" | "failed";
  readonly reason?: string;
  /** So many are mentioned that the server wants to be told once more. */
  readonly audience?: number;
}

export type Attachment = Readonly<Record<string, unknown>>;
/** What is written, as its author wants it sent. */
export type Words = Pick<Draft, "content" | "parentMessageId" | "alsoToChannel" | "attachments">;

export type Outbox = readonly Draft[];

export const OUTBOX_LIMIT = 100;

export function add(outbox: Outbox, draft: Draft): Outbox {
  return [...outbox, draft];
}

/** Drops what has been stored, however we learned of it: an answer, another socket, history or sync. */
export function settle(outbox: Outbox, messages: readonly Message[], userId: string): Outbox {
  if (outbox.length === 0) return outbox;
  const stored = new Set(
    messages.filter((message) => message.userId === userId).map((message) => message.clientMessageId),
  );
  const left = outbox.filter((draft) => !stored.has(draft.clientMessageId));
  return left.length === outbox.length ? outbox : left;
}

export function fail(outbox: Outbox, clientMessageId: string, reason: string, audience?: number): Outbox {
  const why = audience === undefined ? { reason } : { reason, audience };
  return outbox.map((draft) =>
    draft.clientMessageId === clientMessageId ? { ...draft, state: "failed", ...why } : draft,
  );
}

export function retry(outbox: Outbox, clientMessageId: string): Outbox {
  return outbox.map((draft) => {
    if (draft.clientMessageId !== clientMessageId) return draft;
    const { reason: _, audience, ...rest } = draft;
    const confirmed = audience === undefined ? {} : { confirmMentions: true };
    return { ...rest, ...confirmed, state: "pending" };
  });
}

export function discard(outbox: Outbox, clientMessageId: string): Outbox {
  return outbox.filter((draft) => draft.clientMessageId !== clientMessageId);
}

/** What waits to be shown in a channel, or in one of its threads. */
export function draftsIn(outbox: Outbox, channelId: string, threadId?: string): Draft[] {
  const isHere = (draft: Draft) =>
    threadId ? draft.parentMessageId === threadId : !draft.parentMessageId || draft.alsoToChannel === true;
  return outbox.filter((draft) => draft.channelId === channelId && isHere(draft));
}

/** The next draft to send in a channel: one at a time, so that they are stored in the order written. */
export function next(outbox: Outbox, channelId: string): Draft | undefined {
  return outbox.find((draft) => draft.channelId === channelId && draft.state === "pending");
}
