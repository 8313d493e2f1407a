import { expect, test } from "vitest";

import { Problem } from "../src/api/problem";
import type { FoundChannel, Preview } from "../src/api/transfers";
import { choicesOf, personOf, suggested, wayOf } from "../src/transfers/choosing";
import { PIECE, sendAll } from "../src/transfers/uploading";

const channel = (key: string, more: Partial<FoundChannel> = {}): FoundChannel => ({
  key,
  name: key,
  type: "public",
  messages: 1,
  from: null,
  to: null,
  clash: false,
  isOfNobodyHere: false,
  action: "new",
  newName: key,
  ...more,
});

const preview: Preview = {
  source: "slack",
  isEmpty: true,
  people: [
    { key: "U1", name: "Ada", email: "a@example.com", isBot: false, messages: 2, match: { userId: "m1", by: "member" } },
    { key: "U2", name: "Bo", email: null, isBot: false, messages: 1, match: null },
  ],
  channels: [
    channel("news", { clash: true, newName: "news-2" }),
    channel("general", { action: "merge", channelId: "c1", into: "general" }),
    channel("D1", { type: "direct", action: "conversation" }),
  ],
  totals: {},
  skipped: [],
  warnings: [{ type: "retention", count: 3, days: 365 }],
};

test("what a preview suggests is done unless something else is chosen", () => {
  const chosen = suggested(preview);
  expect(chosen.keepForever).toBe(true);
  expect(preview.channels.map((each) => wayOf(each, chosen))).toEqual(["new", "into:c1", "conversation"]);
  expect(preview.people.map((each) => personOf(each, chosen))).toEqual(["m1", ""]);
  expect(choicesOf(preview, chosen)).toEqual({
    people: {},
    channels: { news: { action: "new", name: "news-2" }, general: { action: "merge", channelId: "c1" } },
    keepForever: true,
    addColleagues: false,
    takeSettings: false,
  });
});

test("what is chosen is said", () => {
  const chosen = {
    ...suggested(preview),
    people: { U1: "", U2: "m7" },
    ways: { news: "skip", D1: "skip", general: "new" } as const,
    names: { general: "old general" },
  };
  const said = choicesOf(preview, chosen);
  expect(said.people).toEqual({ U1: null, U2: "m7" });
  expect(said.channels).toEqual({
    news: { action: "skip" },
    D1: { action: "skip" },
    general: { action: "new", name: "old general" },
  });
});

test("a file goes in pieces, from where it had come, and again where a piece was lost", async () => {
  const file = new Blob(["x".repeat(2 * PIECE + 10)]);
  const sent: [number, number][] = [];
  let isLost = true;
  const send = async (offset: number, piece: Blob) => {
    if (offset > PIECE && isLost) {
      isLost = false;
      throw new Problem(503, "unavailable", "");
    }
    sent.push([offset, piece.size]);
    return { received: offset + piece.size };
  };
  const told: number[] = [];
  await sendAll(file, 100, send, (bytes) => told.push(bytes));
  expect(sent).toEqual([
    [100, PIECE],
    [PIECE + 100, PIECE - 90],
  ]);
  expect(told).toEqual([PIECE + 100, 2 * PIECE + 10]);
});

test("what does not pass by itself ends an upload", async () => {
  const refused = () => Promise.reject(new Problem(409, "wrong_state", ""));
  await expect(sendAll(new Blob(["x"]), 0, refused, () => undefined)).rejects.toThrow("wrong_state");
});
