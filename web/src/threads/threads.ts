/** The threads that were opened in this tab: loaded when they are, kept up by what is heard. */
import { create } from "zustand";

import { Problem } from "../api/problem";
import { markUnread } from "../api/reading";
import { type ThreadPage, type ThreadReading, readThread, setFollowing, threadPage } from "../api/threads";
import type { Message } from "../api/types";
import { type Change, ticketOf } from "../conversation/timeline";
import { once } from "../live/once";
import { current } from "../session/session";
import * as threads from "./thread";

const PAGE = 50;
const LARGEST_PAGE = 200;
/** Threads kept of those that were opened, so that a long day does not fill the memory. */
const MOST_KEPT = 20;

export const useThreads = create<{ held: Readonly<Record<string, threads.Thread>> }>(() => ({ held: {} }));

/** How far this device has read what the server does not know yet. */
const untold = new Map<string, number>();
const telling = new Map<string, Promise<void>>();
/** Marked unread by hand: stays so until the thread is opened again. */
const keptUnread = new Set<string>();

export const threadOf = (threadId: string) => useThreads.getState().held[threadId] ?? threads.UNKNOWN;

function change(threadId: string, make: (thread: threads.Thread) => threads.Thread): void {
  const before = useThreads.getState().held[threadId];
  const after = before && make(before);
  if (after && after !== before) useThreads.setState(({ held }) => ({ held: { ...held, [threadId]: after } }));
}

/** Somebody looks at a thread: what was marked unread by hand counts as seen from here on. */
export function lookInto(threadId: string): Promise<void> {
  keptUnread.delete(threadId);
  return openThread(threadId);
}

/** From now on what is heard of the thread is kept; what is held is fetched anew, as it may have changed unheard. */
function openThread(threadId: string): Promise<void> {
  useThreads.setState(({ held }) => {
    const { [threadId]: before = threads.UNKNOWN, ...others } = held;
    return { held: { ...Object.fromEntries(Object.entries(others).slice(1 - MOST_KEPT)), [threadId]: before } };
  });
  return once(`${threadId} newest`, () => fetchNewest(threadId));
}

/** After a reconnect: what was opened may have been answered and edited meanwhile. */
export async function refreshThreads(threadId: string | undefined): Promise<void> {
  for (const other of Object.keys(useThreads.getState().held)) if (other !== threadId) forget(other);
  if (threadId && useThreads.getState().held[threadId]) await openThread(threadId);
}

async function fetchNewest(threadId: string): Promise<void> {
  const { replies } = threadOf(threadId);
  const ticket = ticketOf(replies);
  const oldest = replies.isLoaded ? (replies.messages[0]?.seq ?? 0) : Infinity;
  const newest = await threadPage(threadId, { limit: replies.isLoaded ? LARGEST_PAGE : PAGE });
  let page: ThreadPage = newest;
  let rows = page.replies;
  while (page.hasMore && rows[0] && rows[0].seq > oldest) {
    page = await threadPage(threadId, { limit: LARGEST_PAGE, before: rows[0].id });
    rows = [...page.replies, ...rows];
  }
  // Another device may have marked it unread while this one was away; what this one read since is told yet.
  const lastReadSeq = Math.max(newest.lastReadSeq, untold.get(threadId) ?? 0);
  const whole = { ...newest, lastReadSeq, replies: rows, hasMore: page.hasMore };
  change(threadId, (thread) => threads.loaded(thread, ticket, whole));
}

export async function loadOlderReplies(threadId: string): Promise<void> {
  const { replies } = threadOf(threadId);
  const first = replies.messages[0];
  if (!first || !replies.hasOlder) return;
  await once(`${threadId} older`, async () => {
    const ticket = ticketOf(threadOf(threadId).replies);
    const page = await threadPage(threadId, { limit: PAGE, before: first.id });
    change(threadId, (thread) => threads.loadedOlder(thread, ticket, page));
  });
}

export function hearReply(message: Message): void {
  const { parentMessageId } = message;
  if (parentMessageId) change(parentMessageId, (thread) => threads.heard(thread, message, current()?.user.id ?? ""));
}

/** Of the channel's messages, in whichever thread they are. */
export function hearChange(channelId: string, made: Change): void {
  for (const [threadId, { root }] of Object.entries(useThreads.getState().held))
    if (!root || root.channelId === channelId) change(threadId, (thread) => threads.happened(thread, made));
}

/** Moved back, it was marked unread on some device, and looking at it is no reading. */
export function hearThreadRead(threadId: string, lastReadSeq: number): void {
  if (lastReadSeq < (untold.get(threadId) ?? 0)) return;
  if (lastReadSeq < threadOf(threadId).lastReadSeq) keptUnread.add(threadId);
  change(threadId, (thread) => ({ ...thread, lastReadSeq }));
}

export function hearFollowed(threadId: string, isFollowing: boolean): void {
  change(threadId, (thread) => threads.followed(thread, isFollowing));
}

export async function follow(threadId: string, isFollowing: boolean): Promise<void> {
  await setFollowing(threadId, isFollowing);
  hearFollowed(threadId, isFollowing);
}

/** What has been on screen has been read: here at once, then on all devices. */
export async function markThreadSeen(threadId: string, seq: number): Promise<void> {
  if (seq <= threadOf(threadId).lastReadSeq || keptUnread.has(threadId)) return;
  hearThreadRead(threadId, seq);
  untold.set(threadId, seq);
  await tell(threadId);
}

/** After each connect: what was read while nobody could be told. */
export function tellWhatWasReadOfThreads(): void {
  for (const threadId of untold.keys()) void tell(threadId);
}

/** One at a time, the furthest last. */
function tell(threadId: string): Promise<void> {
  const told = telling.get(threadId) ?? tellAll(threadId).finally(() => telling.delete(threadId));
  telling.set(threadId, told);
  return told;
}

async function tellAll(threadId: string): Promise<void> {
  try {
    for (let seq = untold.get(threadId); seq !== undefined; seq = untold.get(threadId)) {
      await readThread(threadId, seq);
      if (untold.get(threadId) === seq) untold.delete(threadId);
    }
  } catch (error) {
    if (error instanceof Problem && !error.isPassing) untold.delete(threadId);
  }
}

export async function keepThreadUnread(reply: Message): Promise<ThreadReading> {
  const threadId = reply.parentMessageId ?? "";
  keptUnread.add(threadId);
  untold.delete(threadId);
  await telling.get(threadId);
  // The marker that moves is that of the thread, as the reply is shown there alone.
  const told: unknown = await markUnread(reply.id);
  const reading = told as ThreadReading;
  hearThreadRead(threadId, reading.lastReadSeq);
  return reading;
}

export function forgetThreadsOf(channelId: string): void {
  for (const [threadId, { root }] of Object.entries(useThreads.getState().held))
    if (!root || root.channelId === channelId) forget(threadId);
}

export function forgetAllThreads(): void {
  useThreads.setState({ held: {} });
  untold.clear();
  keptUnread.clear();
}

function forget(threadId: string): void {
  useThreads.setState(({ held }) => {
    const { [threadId]: _, ...others } = held;
    return { held: others };
  });
}
