import { expect, test } from "vitest";

import { type Draft, add, discard, draftsIn, fail, next, retry, settle } from "../src/conversation/outbox";
import { aMessage } from "./messages";

const aDraft = (clientMessageId: string, channelId = "c"): Draft => ({
  clientMessageId,
  channelId,
  content: "hello",
  createdAt: "2026-01-05T09:00:00.000Z",
  state: "pending",
});

const written = ["a", "b"].reduce((outbox, id) => add(outbox, aDraft(id)), [] as readonly Draft[]);

test("drafts are sent in the order they were written, channel by channel", () => {
  const outbox = [aDraft("x", "other"), ...written];
  expect(next(outbox, "c")?.clientMessageId).toBe("a");
  expect(next(outbox, "other")?.clientMessageId).toBe("x");
});

test("a stored message settles its draft, however it was heard of", () => {
  const left = settle(written, [aMessage(1, { clientMessageId: "a" })], "alice");
  expect(left.map((draft) => draft.clientMessageId)).toEqual(["b"]);
});

test("somebody else's message with the same client id settles nothing", () => {
  expect(settle(written, [aMessage(1, { clientMessageId: "a", userId: "mallory" })], "alice")).toBe(written);
});

test("a failed draft holds nobody up and can be tried again or thrown away", () => {
  const failed = fail(written, "a", "forbidden");
  expect(next(failed, "c")?.clientMessageId).toBe("b");
  expect(next(retry(failed, "a"), "c")).toEqual(aDraft("a"));
  expect(discard(failed, "a").map((draft) => draft.clientMessageId)).toEqual(["b"]);
});

test("who was asked whether they mean so many, and tries again, means it", () => {
  const asked = fail(written, "a", "confirm", 60);
  expect(asked[0]).toMatchObject({ state: "failed", audience: 60 });
  expect(retry(asked, "a")[0]).toEqual({ ...aDraft("a"), confirmMentions: true });
});

test("a reply waits in its thread, and in the channel only if it is for both", () => {
  const reply = { ...aDraft("r"), parentMessageId: "m1" };
  const both = { ...aDraft("b"), parentMessageId: "m1", alsoToChannel: true };
  const outbox = [aDraft("a"), reply, both, { ...reply, channelId: "other" }];
  expect(draftsIn(outbox, "c").map((draft) => draft.clientMessageId)).toEqual(["a", "b"]);
  expect(draftsIn(outbox, "c", "m1").map((draft) => draft.clientMessageId)).toEqual(["r", "b"]);
});
