/** Messages as a server would have made them. */
import type { Message } from "../src/api/types";

const START = Date.parse("2026-01-05T09:00:00.000Z");

export function aMessage(seq: number, changes: Partial<Message> = {}): Message {
  const at = new Date(START + seq * 1000).toISOString();
  return {
    id: `m${seq}`,
    channelId: "c",
    userId: "alice",
    content: `message ${seq}`,
    contentType: "text",
    reactions: {},
    isEdited: false,
    isDeleted: false,
    isPinned: false,
    createdAt: at,
    updatedAt: at,
    seq,
    clientMessageId: null,
    ...changes,
  };
}

export const messagesOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => aMessage(from + index));

export const seqs = (messages: readonly Message[]) => messages.map((message) => message.seq);

/** A small seeded generator: a failing run can be repeated by its number. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}
