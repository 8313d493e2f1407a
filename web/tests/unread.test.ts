import { beforeEach, expect, test, vi } from "vitest";

import { aMessage } from "./messages";

const { ask, routes } = vi.hoisted(() => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  Object.assign(globalThis, { localStorage: storage, sessionStorage: storage });
  return { ask: vi.fn(), routes: { listUnread: vi.fn(), unreadOf: vi.fn(), markUnread: vi.fn() } };
});
vi.mock("../src/live/connection", () => ({ ask, isConnected: () => true }));
vi.mock("../src/live/backoff", () => ({ pause: () => Promise.resolve(), pauseMs: () => 0 }));
vi.mock("../src/api/reading", () => routes);

const reading = await import("../src/reading/unread");
const { badgeOf, totals } = await import("../src/reading/badges");
const { hearChoice, hearOwnChoice, seenOf } = await import("../src/reading/receipts");
const { keys, queries } = await import("../src/live/queries");

const aState = (changes: object = {}) => ({
  ...{ channelId: "c", unread: 3, mentions: 1, lastReadSeq: 2, lastSeq: 5, lastRevision: 0 },
  ...{ level: "all", mutedUntil: null },
  ...changes,
});
const READ_ALL = aState({ unread: 0, mentions: 0, lastReadSeq: 5 });
const badge = () => badgeOf(reading.useReading.getState(), "c", "public");
const marker = () => reading.useReading.getState().held.c?.lastReadSeq;

beforeEach(async () => {
  reading.startReading();
  ask.mockReset().mockResolvedValue({ ok: true });
  routes.listUnread.mockReset().mockResolvedValue([aState()]);
  routes.unreadOf.mockReset().mockResolvedValue(aState());
  routes.markUnread.mockReset();
  await reading.loadUnread();
});

test("what the server counts is shown, and what is heard is added", () => {
  expect(badge()).toEqual({ isBold: true, isUrgent: true, isMuted: false, number: "1" });
  reading.hearPosted(aMessage(6, { mentionsChannel: true }));
  expect(badge().number).toBe("2");
});

test("what was seen is read here at once, and told once", () => {
  reading.markSeen("c", 5);
  reading.markSeen("c", 5);
  expect(badge()).toEqual({ isBold: false, isUrgent: false, isMuted: false, number: "" });
  expect(ask.mock.calls).toEqual([["channel:read", { channelId: "c", seq: 5 }]]);
});

test("what could not be told is told after the next connect", async () => {
  ask.mockRejectedValueOnce(new Error("not connected"));
  reading.markSeen("c", 5);
  await Promise.resolve();
  await reading.loadUnread();
  expect(marker()).toBe(5);
  reading.tellWhatWasRead();
  expect(ask).toHaveBeenCalledTimes(2);
});

test("another device has read it", () => {
  reading.hearRead(READ_ALL);
  expect(badge().number).toBe("");
});

test("an older reading of one's own that is told late undoes nothing", () => {
  reading.markSeen("c", 4);
  reading.markSeen("c", 5);
  reading.hearRead(aState({ unread: 1, mentions: 0, lastReadSeq: 4 }));
  expect(marker()).toBe(5);
  reading.hearRead(READ_ALL);
  expect(marker()).toBe(5);
});

test("what is marked unread stays so while one looks, until it is opened again", async () => {
  reading.markSeen("c", 5);
  routes.markUnread.mockResolvedValue(aState({ unread: 2, mentions: 0, lastReadSeq: 3 }));
  await reading.keepUnread(aMessage(4));
  expect(reading.useReading.getState().lines.c).toEqual({ after: 3, until: 5 });
  reading.markSeen("c", 5);
  expect(badge().number).toBe("2");
  reading.openReading("c");
  reading.markSeen("c", 5);
  expect(badge().number).toBe("");
});

test("what is marked unread while it is told as read is marked after that", async () => {
  let answered = (_: object) => {};
  ask.mockReturnValueOnce(new Promise((resolve) => (answered = resolve)));
  routes.markUnread.mockResolvedValue(aState({ unread: 2, mentions: 0, lastReadSeq: 3 }));
  reading.markSeen("c", 5);
  const kept = reading.keepUnread(aMessage(4));
  await new Promise((resolve) => setTimeout(resolve));
  expect(routes.markUnread).not.toHaveBeenCalled();
  answered({ ok: true });
  await kept;
  reading.hearRead(READ_ALL);
  reading.hearRead(aState({ unread: 2, mentions: 0, lastReadSeq: 3 }));
  expect(badge().number).toBe("2");
});

test("marked unread on another device it stays so here, too", () => {
  reading.markSeen("c", 5);
  reading.hearRead(READ_ALL);
  reading.hearRead(aState({ unread: 2, mentions: 0, lastReadSeq: 3 }));
  reading.markSeen("c", 5);
  expect(badge().number).toBe("2");
});

test("an answer that was under way while something was heard is asked for again", async () => {
  routes.unreadOf.mockImplementationOnce(() => {
    reading.hearRead(READ_ALL);
    return Promise.resolve(aState());
  });
  routes.unreadOf.mockResolvedValueOnce(READ_ALL);
  await reading.recount("c");
  expect(marker()).toBe(5);
});

test("a muted channel shows its number quietly, and does not count in the totals", () => {
  reading.hearNotifications("c", { level: "nothing", mutedUntil: null });
  expect(badge()).toEqual({ isBold: false, isUrgent: false, isMuted: true, number: "3" });
  expect(totals(reading.useReading.getState())).toEqual({ hasUnread: false, mentions: 0 });
});

test("where only mentions are wanted, nothing else is bold", () => {
  reading.hearNotifications("c", { level: "mentions", mutedUntil: null });
  expect(badge().isBold).toBe(true);
  reading.hearRead(aState({ unread: 3, mentions: 0, lastSeq: 6 }));
  expect(badge()).toEqual({ isBold: false, isUrgent: false, isMuted: false, number: "3" });
});

test("under my newest message that others have read stands who did", () => {
  const messages = ["me", "me", "ada", "me"].map((userId, index) => aMessage(index + 1, { userId }));
  const receipts = [
    { userId: "ada", lastReadSeq: 3 },
    { userId: "bo", lastReadSeq: 1 },
  ];
  expect(seenOf(messages, receipts, "me")).toEqual({ messageId: "m2", userIds: ["ada"] });
  expect(seenOf(messages, [{ userId: "bo", lastReadSeq: 0 }], "me")).toBeNull();
  expect(seenOf(messages, [], "me")).toBeNull();
});

test("who sends receipts no more is seen no more at once, and who begins is asked for", async () => {
  const [ada, bo] = ["ada", "bo"].map((userId) => ({ userId, lastReadSeq: 3 }));
  const shown = () => queries.getQueryData(keys.receipts("c"));
  queries.setQueryData(keys.receipts("c"), [ada, bo]);
  hearChoice({ userId: "ada", sendsReadReceipts: false });
  expect(shown()).toEqual([bo]);
  await expect.poll(() => queries.getQueryState(keys.receipts("c"))?.isInvalidated).toBe(true);
  queries.setQueryData(keys.receipts("c"), [bo]);
  hearChoice({ userId: "ada", sendsReadReceipts: true });
  await expect.poll(() => queries.getQueryState(keys.receipts("c"))?.isInvalidated).toBe(true);
});

test("who sends no receipts sees none, whatever was under way", async () => {
  let answer = (_: unknown[]) => undefined as void;
  queries.setQueryData(keys.receipts("c"), []);
  const asked = queries.fetchQuery({
    ...{ queryKey: keys.receipts("c"), staleTime: 0 },
    queryFn: () => new Promise<unknown[]>((resolve) => (answer = resolve)),
  });
  await hearOwnChoice(false);
  answer([{ userId: "ada", lastReadSeq: 3 }]);
  await asked.catch(() => undefined);
  expect(queries.getQueryData(keys.receipts("c"))).toEqual([]);
});

test("an archived channel counts nowhere, and what was unread in it again once it is opened", async () => {
  reading.noticeChannel("c", "w");
  reading.hearArchived("c", true);
  expect(totals(reading.useReading.getState())).toEqual({ hasUnread: false, mentions: 0 });
  reading.hearDeleted(aMessage(4, { isDeleted: true, revision: 1 }));
  expect(routes.unreadOf).not.toHaveBeenCalled();
  reading.hearArchived("c", false);
  await vi.waitFor(() => expect(badge().number).toBe("1"));
  expect(totals(reading.useReading.getState(), "w").mentions).toBe(1);
});

test("a channel that was archived before one came is asked for once it is opened", async () => {
  reading.startReading();
  reading.hearArchived("c", false);
  await vi.waitFor(() => expect(badge().number).toBe("1"));
});

test("what was muted until a moment shows as soon as that has passed", async () => {
  vi.useFakeTimers();
  reading.hearNotifications("c", { level: "all", mutedUntil: new Date(Date.now() + 60_000).toISOString() });
  const shown: boolean[] = [];
  const stop = reading.useReading.subscribe(() => shown.push(badge().isMuted));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(shown).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(shown).toEqual([false]);
  expect(totals(reading.useReading.getState()).mentions).toBe(1);
  stop();
  vi.useRealTimers();
});
