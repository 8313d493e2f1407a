import { expect, test } from "vitest";

import { linkedMessage, place, sharedToken } from "../src/location";

const ID = "0199a1c5-346a-7f86-81a9-7eb0d26c9f06";

test("a place names a workspace, a channel in it and a message in that", () => {
  expect(place("#/w/c/m")).toEqual({ workspaceId: "w", channelId: "c", messageId: "m" });
  expect(place("#/w")).toEqual({ workspaceId: "w", channelId: undefined, messageId: undefined });
  expect(place("")).toEqual({ workspaceId: undefined, channelId: undefined, messageId: undefined });
});

test("only a whole link leads to a message", () => {
  expect(linkedMessage(`/c/channel/m/${ID}`)).toBe(ID);
  for (const path of ["/", `/c/channel/m/`, `/c/channel/m/${ID}/more`, `/m/${ID}`, "/c/channel/m/..%2F..%2Fauth"])
    expect(linkedMessage(path)).toBeNull();
});

test("a share link is known by its path alone, whole or not", () => {
  expect(sharedToken("/shared/abc_-1")).toBe("abc_-1");
  expect(sharedToken("/shared/abc/")).toBe("abc");
  for (const path of ["/", "/shared", "/shared/", "/shared/a/b", "/c/shared/x"]) expect(sharedToken(path)).toBeNull();
});
