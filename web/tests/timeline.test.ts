import { describe, expect, test } from "vitest";

import {
  EMPTY,
  type Timeline,
  apply,
  completeUntil,
  hearOf,
  mergeNewest,
  mergeOlder,
  mergeSync,
  missing,
  receive,
  reset,
  ticketOf,
} from "../src/conversation/timeline";
import { aMessage, messagesOf, seqs } from "./messages";

const pageOf = (from: number, to: number, hasMore = from > 1) => ({
  messages: messagesOf(from, to),
  hasMore,
  total: to,
});

const loaded = (from: number, to: number): Timeline => mergeNewest(EMPTY, ticketOf(EMPTY), pageOf(from, to));

describe("order and repetition", () => {
  test("messages are in order of seq however they arrive", () => {
    const timeline = [3, 1, 2].reduce((current, seq) => receive(current, aMessage(seq)), loaded(1, 0));
    expect(seqs(timeline.messages)).toEqual([1, 2, 3]);
  });

  test("a message heard twice is there once", () => {
    const timeline = receive(receive(loaded(1, 2), aMessage(3)), aMessage(3));
    expect(seqs(timeline.messages)).toEqual([1, 2, 3]);
  });

  test("a message heard live before history came is kept", () => {
    const timeline = mergeNewest(receive(EMPTY, aMessage(4)), ticketOf(EMPTY), pageOf(1, 3));
    expect(seqs(timeline.messages)).toEqual([1, 2, 3, 4]);
  });

  test("a late copy of a message older than what is held tears no hole", () => {
    const timeline = receive(loaded(11, 20), aMessage(3));
    expect(seqs(timeline.messages)).toEqual(seqs(messagesOf(11, 20)));
  });

  test("older pages go in front, until there are none", () => {
    const timeline = loaded(11, 20);
    const whole = mergeOlder(timeline, ticketOf(timeline), pageOf(1, 10, false));
    expect(seqs(whole.messages)).toEqual(seqs(messagesOf(1, 20)));
    expect([timeline.hasOlder, whole.hasOlder]).toEqual([true, false]);
  });

  test("fetching the newest page again does not forget where older pages ended", () => {
    const timeline = loaded(1, 20);
    expect(mergeNewest(timeline, ticketOf(timeline), pageOf(15, 21, true)).hasOlder).toBe(false);
  });
});

test("a page from the middle does not forget that there are none before the first", () => {
  const timeline = mergeOlder(loaded(11, 20), ticketOf(EMPTY), pageOf(1, 10, false));
  expect(mergeOlder(timeline, ticketOf(EMPTY), pageOf(5, 9, true)).hasOlder).toBe(false);
});

describe("holes", () => {
  test("nothing is missing before history was loaded", () => {
    expect(missing(receive(EMPTY, aMessage(9)))).toBeNull();
    expect(completeUntil(receive(EMPTY, aMessage(9)))).toBeNull();
  });

  test("a jump in seq is a hole, and one is complete only up to it", () => {
    const timeline = receive(loaded(1, 5), aMessage(9));
    expect(missing(timeline)).toEqual({ afterId: "m5", size: 3 });
    expect(completeUntil(timeline)).toBe(5);
  });

  test("a message known to exist but never heard is a hole at the end", () => {
    expect(missing(hearOf(loaded(1, 5), 7))).toEqual({ afterId: "m5", size: 2 });
  });

  test("an empty channel that turns out to have messages is a hole from the start", () => {
    expect(missing(hearOf(loaded(1, 0), 2))).toEqual({ afterId: null, size: 2 });
  });

  test("what fills the hole closes it", () => {
    const timeline = receive(loaded(1, 5), aMessage(9));
    const healed = mergeSync(timeline, ticketOf(timeline), messagesOf(6, 8), 9);
    expect(missing(healed)).toBeNull();
    expect(completeUntil(healed)).toBe(9);
  });
});

describe("reset", () => {
  test("pages asked for before a reset are void after it", () => {
    const timeline = loaded(11, 20);
    const fresh = reset(timeline);
    expect(mergeOlder(fresh, ticketOf(timeline), pageOf(1, 10)).messages).toEqual([]);
    expect(mergeNewest(fresh, ticketOf(timeline), pageOf(11, 20)).isLoaded).toBe(false);
  });

  test("after a reset the newest page begins anew", () => {
    const fresh = reset(loaded(1, 20));
    const timeline = mergeNewest(fresh, ticketOf(fresh), pageOf(5000, 5050));
    expect(completeUntil(timeline)).toBe(5050);
    expect(missing(timeline)).toBeNull();
  });
});

describe("changes", () => {
  const edited = aMessage(3, { content: "better", isEdited: true, updatedAt: "2026-01-05T10:00:00.000Z" });

  test("an edit is not undone by an older copy fetched before it", () => {
    const before = loaded(1, 5);
    const timeline = mergeNewest(apply(before, { kind: "update", message: edited }), ticketOf(before), pageOf(1, 5));
    expect(timeline.messages[2]?.content).toBe("better");
  });

  test("a deleted message stays deleted", () => {
    const before = loaded(1, 5);
    const timeline = apply(apply(before, { kind: "delete", messageId: "m3" }), { kind: "update", message: edited });
    expect(timeline.messages[2]).toMatchObject({ isDeleted: true, content: "" });
  });

  test("a reaction heard while a page was on its way is kept", () => {
    const before = loaded(1, 5);
    const after = apply(before, { kind: "reaction", messageId: "m3", emoji: "👍", userId: "bob", add: true });
    expect(mergeNewest(after, ticketOf(before), pageOf(1, 5)).messages[2]?.reactions).toEqual({ "👍": ["bob"] });
  });

  test("a reaction missed while away arrives with the page fetched afterwards", () => {
    const before = loaded(1, 5);
    const page = {
      ...pageOf(1, 5),
      messages: [...messagesOf(1, 2), aMessage(3, { reactions: { "🎉": ["bob"] } }), ...messagesOf(4, 5)],
    };
    expect(mergeNewest(before, ticketOf(before), page).messages[2]?.reactions).toEqual({ "🎉": ["bob"] });
  });

  test("reacting twice counts once, and taking it back leaves nothing", () => {
    const reaction = { kind: "reaction", messageId: "m1", emoji: "👍", userId: "bob" } as const;
    const twice = apply(apply(loaded(1, 1), { ...reaction, add: true }), { ...reaction, add: true });
    expect(twice.messages[0]?.reactions).toEqual({ "👍": ["bob"] });
    expect(apply(twice, { ...reaction, add: false }).messages[0]?.reactions).toEqual({});
  });

  test("a change that overtook its message is applied when the message comes", () => {
    const early = apply(loaded(1, 2), { kind: "delete", messageId: "m3" });
    expect(receive(early, aMessage(3)).messages[2]?.isDeleted).toBe(true);
  });
});

describe("what no edit changes", () => {
  const reaction = (revision: number, add = true) =>
    ({ kind: "reaction", messageId: "m1", emoji: "👍", userId: "bo", add, revision }) as const;
  const edited = (revision: number, more: object = {}) =>
    aMessage(1, { content: "edited", updatedAt: "2090-01-01T00:00:00Z", revision, ...more });
  const last = (timeline: Timeline) => timeline.messages[0];

  test("is not undone by the answer to an edit that came late", () => {
    const told = apply(loaded(1, 1), { kind: "update", message: edited(5) });
    const reacted = apply(told, reaction(6));
    const replied = apply(reacted, { kind: "thread", messageId: "m1", ...REPLIED, revision: 7 });
    const late = apply(replied, { kind: "update", message: edited(5) });
    expect(last(late)).toMatchObject({ content: "edited", reactions: { "👍": ["bo"] }, threadReplyCount: 1 });
  });

  test("comes with the edit that knows it, and is not heard twice", () => {
    const both = apply(loaded(1, 1), { kind: "update", message: edited(8, { reactions: {} }) });
    expect(last(apply(both, reaction(6)))?.reactions).toEqual({});
    expect(last(apply(both, reaction(9)))).toMatchObject({ content: "edited", reactions: { "👍": ["bo"] }, revision: 9 });
  });
});

const REPLIED = { threadReplyCount: 1, lastReplyAt: "2026-01-01T00:00:00Z", participants: ["bo"] };
