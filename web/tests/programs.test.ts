import { beforeEach, describe, expect, test, vi } from "vitest";

import type { Ephemeral, Poll } from "../src/api/types";
import { EMPTY, apply, mergeNewest, ticketOf } from "../src/conversation/timeline";
import { commandOf } from "../src/programs/commands";
import { forgetEphemerals, hearEphemeral, useEphemerals } from "../src/programs/ephemeral";
import { chosenAfter, isOver, onceOver, shareOf } from "../src/programs/polls";
import { aMessage } from "./messages";

const poll: Poll = {
  question: "Lunch?",
  options: [
    { id: "1", text: "Noodles", votes: 1 },
    { id: "2", text: "Rice", votes: 2 },
  ],
  isMultiple: false,
  isAnonymous: false,
  closesAt: null,
  closedAt: null,
  voters: 3,
};

describe("commands", () => {
  test.each([
    ["/deploy", { command: "deploy", text: "" }],
    ["/poll  \"A?\" \"b\"\n\"c\"", { command: "poll", text: '"A?" "b"\n"c"' }],
  ])("%s is one", (content, command) => expect(commandOf(content)).toEqual(command));

  test.each(["deploy", "/", "/etc/hosts", "//", "/Über", " /me", "see /me"])("%s is none", (content) =>
    expect(commandOf(content)).toBeNull(),
  );
});

describe("polls", () => {
  test("another choice replaces the first, unless several are allowed", () => {
    expect(chosenAfter(poll, ["1"], "2")).toEqual(["2"]);
    expect(chosenAfter({ ...poll, isMultiple: true }, ["1"], "2")).toEqual(["1", "2"]);
  });

  test("a choice pressed again is taken back", () => expect(chosenAfter(poll, ["1"], "1")).toEqual([]));

  test("shares are of those who voted", () => {
    expect(poll.options.map((option) => shareOf(poll, option))).toEqual([33, 67]);
    expect(shareOf({ ...poll, voters: 0 }, { id: "1", text: "", votes: 0 })).toBe(0);
  });

  test("it is over once it was closed or its time has come", () => {
    const now = new Date("2026-03-02T12:00:00Z");
    expect(isOver(poll, now)).toBe(false);
    expect(isOver({ ...poll, closedAt: "2026-03-02T11:00:00Z" }, now)).toBe(true);
    expect(isOver({ ...poll, closesAt: "2026-03-02T12:00:00Z" }, now)).toBe(true);
  });

  test("whoever looks at it is shown when its time is up", () => {
    vi.useFakeTimers({ now: new Date("2026-03-02T11:59:00Z") });
    const shown = vi.fn();
    onceOver({ ...poll, closesAt: "2026-03-02T12:00:00Z" }, shown);
    onceOver({ ...poll, closesAt: "2026-03-02T12:00:00Z" }, shown)();
    onceOver({ ...poll, closesAt: "2027-03-02T12:00:00Z" }, shown);
    onceOver(poll, shown);
    vi.advanceTimersByTime(59_999);
    expect(shown).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1);
    expect(shown).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  test("what is told of a poll reaches its message", () => {
    const page = { messages: [{ ...aMessage(1), poll: { ...poll, voters: 0 } }], hasMore: false, total: 1 };
    const timeline = mergeNewest(EMPTY, ticketOf(EMPTY), page);
    const id = page.messages[0]?.id ?? "";
    expect(apply(timeline, { kind: "poll", messageId: id, poll }).messages[0]?.poll).toEqual(poll);
  });
});

describe("answers for one alone", () => {
  const said = (id: string): Ephemeral => ({
    id,
    channelId: "c",
    content: "on its way",
    attachments: [],
    via: { kind: "command", id: "x", name: "deploy", iconEmoji: null },
    createdAt: "2026-03-02T12:00:00Z",
  });
  beforeEach(forgetEphemerals);

  test("one that is told twice is shown once", () => {
    for (const id of ["a", "b", "a"]) hearEphemeral(said(id));
    expect(useEphemerals.getState().told.map((message) => message.id)).toEqual(["a", "b"]);
  });
});
