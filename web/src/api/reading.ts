/** The routes of what has been read, and of what one wants to hear. */
import { request } from "./http";

export type Level = "all" | "mentions" | "nothing";

/** What is unread in a channel as it was at `lastSeq` and `lastRevision`; 1,000 means so many or more. */
export interface Unread {
  channelId: string;
  unread: number;
  mentions: number;
  lastReadSeq: number;
  lastSeq: number;
  lastRevision: number;
  level: Level;
  mutedUntil: string | null;
}

/** Everything up to this number has been read by that person. */
export interface Receipt {
  userId: string;
  lastReadSeq: number;
}

export const listUnread = async () => (await request<{ channels: Unread[] }>("GET", "/unread")).channels;

export const unreadOf = (channelId: string) => request<Unread>("GET", `/channels/${channelId}/unread`);

export interface Explained extends Unread {
  /** Behind the count, oldest first. */
  messages: { id: string; userId: string; createdAt: string; why: "mention" | "message" }[];
}

export const explainUnread = (channelId: string) =>
  request<Explained>("GET", `/channels/${channelId}/unread?explain=true`);

export const listReceipts = async (channelId: string) =>
  (await request<{ receipts: Receipt[] }>("GET", `/channels/${channelId}/receipts`)).receipts;

export const markUnread = (messageId: string) => request<Unread>("POST", `/messages/${messageId}/unread`);

export const chooseNotifications = (channelId: string, level: Level, mutedUntil: Date | null) =>
  request<Unread>("PUT", `/channels/${channelId}/notifications`, {
    level,
    mutedUntil: mutedUntil?.toISOString() ?? null,
  });
