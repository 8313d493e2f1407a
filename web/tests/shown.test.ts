import { beforeEach, expect, test } from "vitest";

import "./browser";
import type { Surroundings } from "../src/api/kept";
import { extend } from "../src/conversation/excerpts";
import { change } from "../src/live/change";
import { keys, queries } from "../src/live/queries";
import { aMessage } from "./messages";

const held = aMessage(4, { content: "improper" });
const hidden = { ...held, content: "", isHidden: true, revision: 9 };

beforeEach(() => {
  queries.clear();
  queries.setQueryData<Surroundings>(keys.surroundings("linked"), {
    workspaceId: "w",
    channelId: held.channelId,
    messageId: "linked",
    messages: [held],
    hasBefore: true,
    hasAfter: false,
  });
});

const excerpt = () => queries.getQueryData<Surroundings>(keys.surroundings("linked"));

test("what is hidden says nothing in an excerpt that is open either", () => {
  change(held.channelId, { kind: "update", message: hidden });
  expect(excerpt()?.messages).toEqual([hidden]);
});

test("so does what was read beyond its beginning", () => {
  const earlier = aMessage(3, { content: "improper, too" });
  extend("linked", "before", { messages: [earlier, held], hasMore: false, total: 2 });
  expect(excerpt()?.hasBefore).toBe(false);
  change(held.channelId, { kind: "delete", messageId: earlier.id });
  expect(excerpt()?.messages.map(({ content }) => content)).toEqual(["", "improper"]);
});

test("lists with the message are asked anew, others are not", () => {
  queries.setQueryData(keys.savedPages(), { pages: [{ saved: [{ messageId: held.id, message: held }] }] });
  queries.setQueryData(keys.reminderPages(), { pages: [{ reminders: [] }] });
  change(held.channelId, { kind: "update", message: hidden });
  const isOld = (key: readonly string[]) => queries.getQueryState(key)?.isInvalidated;
  return expect.poll(() => [isOld(keys.savedPages()), isOld(keys.reminderPages())]).toEqual([true, false]);
});
