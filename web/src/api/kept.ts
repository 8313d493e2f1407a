/** The routes of what a person keeps: drafts, messages sent later, saved ones, reminders; links and forwarding. */
import type { Attachment } from "../conversation/outbox";
import { request } from "./http";
import type { Message } from "./types";

export interface SyncedDraft {
  channelId: string;
  parentMessageId: string | null;
  content: string | null;
  attachments?: readonly Attachment[];
  version: number;
}

export interface Scheduled {
  id: string;
  channelId: string;
  message: Words & Reply;
  sendAt: string;
  failure: string | null;
}

/** What a message says that was kept, if one may still read it. */
interface Shown {
  message: Message | null;
  unavailable: "deleted" | "not_visible" | null;
}

export interface Saved extends Shown {
  messageId: string;
  note: string | null;
  state: "open" | "done";
}

export interface Reminder {
  id: string;
  messageId: string | null;
  channelId: string | null;
  text: string | null;
  remindAt: string;
  state: "waiting" | "due" | "done";
}

export interface ListedReminder extends Reminder, Shown {
  place: string;
}

export interface Surroundings {
  workspaceId: string;
  channelId: string;
  messageId: string;
  messages: Message[];
  hasBefore: boolean;
  hasAfter: boolean;
}

const MOST_DRAFTS = 500;

export async function listDrafts(): Promise<SyncedDraft[]> {
  const drafts: SyncedDraft[] = [];
  for (let before = ""; drafts.length <= MOST_DRAFTS;) {
    const page = await request<{ drafts: SyncedDraft[]; hasMore: boolean }>("GET", `/drafts?limit=100${before}`);
    drafts.push(...page.drafts);
    if (!page.hasMore) break;
    before = `&before=${drafts.at(-1)?.version}`;
  }
  return drafts;
}

/** What is kept now; null if it was empty, and so is no draft. */
export const saveDraft = async (channelId: string, parentMessageId: string | null, words: Words) =>
  (await request<{ draft: SyncedDraft | null }>("PUT", `/channels/${channelId}/draft`, { ...words, parentMessageId }))
    .draft;

/** What is said, and what goes with it. */
export interface Words {
  content: string;
  attachments: readonly Attachment[];
}

/** In which thread it is said. */
export interface Reply {
  parentMessageId?: string | null;
  alsoToChannel?: boolean;
}

export const schedule = (channelId: string, words: Words & Reply, sendAt: Date, clientMessageId: string) =>
  request<Scheduled>("POST", `/channels/${channelId}/scheduled`, {
    ...words,
    sendAt: sendAt.toISOString(),
    clientMessageId,
  });

export const listScheduled = async () => (await request<{ scheduled: Scheduled[] }>("GET", "/scheduled")).scheduled;

export const changeScheduled = (id: string, change: Partial<Words> & { sendAt?: string }) =>
  request<Scheduled>("PUT", `/scheduled/${id}`, change);

export const cancelScheduled = (id: string) => request<void>("DELETE", `/scheduled/${id}`);

export const sendScheduled = (id: string) => request<Message>("POST", `/scheduled/${id}/send`);

/** The newest, of which a message's menu knows whether it is among them. */
export const listSaved = async () => (await listSavedPage()).saved;

/** `before` is the message of the last one had. */
export const listSavedPage = (before?: string) =>
  request<{ saved: Saved[]; hasMore: boolean }>("GET", `/saved?limit=100${before ? `&before=${before}` : ""}`);

export const saveMessage = (messageId: string, kept: { note?: string | null; state?: "open" | "done" } = {}) =>
  request<void>("PUT", `/messages/${messageId}/saved`, kept);

export const unsaveMessage = (messageId: string) => request<void>("DELETE", `/messages/${messageId}/saved`);

/** Those that are not done; `after` is the place of the last one had. */
export const listRemindersPage = (after?: string) =>
  request<{ reminders: ListedReminder[]; hasMore: boolean }>(
    "GET",
    `/reminders?state=open&limit=100${after ? `&after=${encodeURIComponent(after)}` : ""}`,
  );

export const listDueReminders = async () =>
  (await request<{ reminders: ListedReminder[] }>("GET", "/reminders?state=due&limit=100")).reminders;

export const remind = (messageId: string, remindAt: Date) =>
  request<Reminder>("POST", "/reminders", { messageId, remindAt: remindAt.toISOString() });

export const putOffReminder = (id: string, remindAt: Date) =>
  request<Reminder>("PUT", `/reminders/${id}`, { remindAt: remindAt.toISOString() });

export const finishReminder = (id: string) => request<Reminder>("POST", `/reminders/${id}/done`);

export const cancelReminder = (id: string) => request<void>("DELETE", `/reminders/${id}`);

export const forwardMessage = (messageId: string, channelId: string, comment: string, clientMessageId: string) =>
  request<Message>("POST", `/messages/${messageId}/forward`, { channelId, comment, clientMessageId });

export const surroundingsOf = (messageId: string) => request<Surroundings>("GET", `/messages/${messageId}/context`);

export interface Bookmark {
  id: string;
  title: string;
  url: string;
  emoji: string | null;
}

interface Bookmarks {
  bookmarks: Bookmark[];
}

export const listBookmarks = async (channelId: string) =>
  (await request<Bookmarks>("GET", `/channels/${channelId}/bookmarks`)).bookmarks;

export type BookmarkWords = Pick<Bookmark, "title" | "url" | "emoji">;

export const addBookmark = (channelId: string, words: BookmarkWords) =>
  request<Bookmarks>("POST", `/channels/${channelId}/bookmarks`, words);

/** `position` is its place among the channel's bookmarks, from 0. */
export const changeBookmark = (channelId: string, id: string, change: Partial<BookmarkWords> & { position?: number }) =>
  request<Bookmarks>("PUT", `/channels/${channelId}/bookmarks/${id}`, change);

export const removeBookmark = (channelId: string, id: string) =>
  request<Bookmarks>("DELETE", `/channels/${channelId}/bookmarks/${id}`);
