/** The routes of threads: a message with the replies to it, following, and how far one has read. */
import { request } from "./http";
import type { Message } from "./types";

export interface ThreadPage {
  root: Message;
  /** Oldest first. */
  replies: Message[];
  hasMore: boolean;
  followers: number;
  isFollowing: boolean;
  lastReadSeq: number;
}

/** A followed thread by its first message, with what is unread; 1,000 means so many or more. */
export interface FollowedThread {
  root: Message;
  lastReadSeq: number;
  unread: number;
  mentions: number;
}

export interface ThreadReading {
  threadId: string;
  channelId: string;
  lastReadSeq: number;
  unread: number;
  mentions: number;
}

export function threadPage(threadId: string, query: { limit: number; before?: string }) {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return request<ThreadPage>("GET", `/messages/${threadId}/thread?${search}`);
}

export const listThreads = () => request<{ threads: FollowedThread[]; hasMore: boolean }>("GET", "/threads");

export const setFollowing = (threadId: string, isFollowing: boolean) =>
  request<void>(isFollowing ? "PUT" : "DELETE", `/messages/${threadId}/follow`);

export const readThread = (threadId: string, seq: number) =>
  request<ThreadReading>("PUT", `/messages/${threadId}/thread/read`, { seq });
