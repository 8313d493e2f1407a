import { createHash } from "node:crypto";

import { afterEach, expect, test, vi } from "vitest";

import type { Digest, Message } from "../src/api/types";
import { completeFrom, differs, hashOf } from "../src/conversation/completeness";
import { EMPTY, type Timeline, apply, mend, mergeNewest, receive, ticketOf } from "../src/conversation/timeline";
import { aMessage, messagesOf, seqs } from "./messages";

/** Of "1:m1:2026-01-05T09:00:01.000Z", a line feed, "2:m2:2026-01-05T09:00:02.000Z", by sha256sum. */
const KNOWN = "ddb01d11d138cc93de9c30c8069d201c7d4e470647c77b8571e98d3389211f05";
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const holding = (messages: Message[]): Timeline =>
  mergeNewest(EMPTY, ticketOf(EMPTY), { messages, hasMore: (messages[0]?.seq ?? 1) > 1, total: messages.length });

function digestOf(messages: Message[], fromSeq = 1): Digest {
  const counted = messages.filter(({ seq }) => seq >= fromSeq);
  const lines = counted.map(({ seq, id, updatedAt }) => `${seq}:${id}:${updatedAt}`).join("\n");
  const hash = createHash("sha256").update(lines).digest("hex");
  return { lastSeq: messages.at(-1)?.seq ?? 0, fromSeq, count: counted.length, hash };
}

const edited = (seq: number) => aMessage(seq, { content: "edited", updatedAt: "2026-01-06T00:00:00.000Z" });

afterEach(() => vi.unstubAllGlobals());

test("the hash is of one line a message, as the server makes it", async () => {
  expect(await hashOf(messagesOf(1, 2))).toBe(KNOWN);
  expect(await hashOf([])).toBe(NOTHING);
});

test("what is complete starts at the last hole", () => {
  expect(completeFrom(EMPTY)).toBeNull();
  expect(completeFrom(holding([]))).toBe(1);
  expect(completeFrom(holding(messagesOf(11, 20)))).toBe(11);
  expect(completeFrom(holding([...messagesOf(1, 3), ...messagesOf(5, 7)]))).toBe(5);
});

test("the same list does not differ, with tombstones and pins in it", async () => {
  const messages = [
    aMessage(1, { isDeleted: true, content: "", updatedAt: "2026-01-06T00:00:00.000Z" }),
    aMessage(2, { isPinned: true, updatedAt: "2026-01-06T00:00:01.000Z" }),
    aMessage(3, { reactions: { "👍": ["bob"] } }),
  ];
  expect(await differs(holding(messages), digestOf(messages))).toBe(false);
});

test("a message not held, an edit not heard and one too many differ", async () => {
  const held = holding(messagesOf(1, 5));
  expect(await differs(held, digestOf(messagesOf(1, 6)))).toBe(true);
  expect(await differs(held, digestOf([...messagesOf(1, 2), edited(3), ...messagesOf(4, 5)]))).toBe(true);
  expect(await differs(held, { ...digestOf(messagesOf(1, 4)), lastSeq: 5 })).toBe(true);
  expect(await differs(holding([]), digestOf(messagesOf(1, 1)))).toBe(true);
});

test("what came after the digest was made does not count", async () => {
  expect(await differs(receive(holding(messagesOf(1, 5)), aMessage(6)), digestOf(messagesOf(1, 5)))).toBe(false);
});

test("a part of history is compared with that part, as far back as the server counted", async () => {
  const held = holding(messagesOf(11, 20));
  expect(await differs(held, digestOf(messagesOf(1, 20), 11))).toBe(false);
  expect(await differs(held, digestOf(messagesOf(1, 20), 15))).toBe(false);
});

test("nothing can be said of what is not held: left, not loaded yet, or begun anew", async () => {
  expect(await differs(EMPTY, digestOf(messagesOf(1, 5)))).toBe(false);
  expect(await differs(holding(messagesOf(11, 20)), digestOf(messagesOf(1, 20), 3))).toBe(false);
});

test("where the browser cannot hash, the numbers are compared", async () => {
  vi.stubGlobal("crypto", {});
  const held = holding(messagesOf(1, 5));
  expect(await differs(held, digestOf([...messagesOf(1, 4), edited(5)]))).toBe(false);
  expect(await differs(held, digestOf(messagesOf(1, 6)))).toBe(true);
});

test("mending takes the server's rows, drops what it does not have, and keeps what is outside and newer", () => {
  const held = receive(holding([...messagesOf(1, 5), aMessage(6, { id: "ghost" })]), aMessage(7));
  const mended = mend(held, ticketOf(held), [aMessage(2), edited(3), aMessage(4)], 2, 6);
  expect(mended.messages.map(({ id }) => id)).toEqual(["m1", "m2", "m3", "m4", "m7"]);
  expect(mended.messages[2]).toEqual(edited(3));
});

test("the server's row counts even when it seems older than the one held", () => {
  const held = holding([aMessage(1), edited(2)]);
  expect(mend(held, ticketOf(held), messagesOf(1, 2), 1, 2).messages).toEqual(messagesOf(1, 2));
});

test("an edit heard while the rows were fetched stays", () => {
  const held = holding(messagesOf(1, 3));
  const later = apply(held, { kind: "update", message: edited(2) });
  expect(mend(later, ticketOf(held), messagesOf(1, 3), 1, 3).messages[1]).toEqual(edited(2));
});

test("mending never brings back a conversation that was left, nor tears a hole into one begun anew", () => {
  expect(mend(EMPTY, ticketOf(EMPTY), messagesOf(1, 3), 1, 3)).toBe(EMPTY);
  const anew = holding(messagesOf(11, 20));
  expect(seqs(mend(anew, ticketOf(anew), messagesOf(1, 20), 1, 20).messages)).toEqual(seqs(messagesOf(11, 20)));
});
