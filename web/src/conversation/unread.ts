/** Which channels hold messages that were not looked at in this browser. */
import { create } from "zustand";

import { current } from "../session/session";

interface Unread {
  lastSeq: Readonly<Record<string, number>>;
  seenSeq: Readonly<Record<string, number>>;
  workspaceOf: Readonly<Record<string, string>>;
}

export const useUnread = create<Unread>(() => ({ lastSeq: {}, seenSeq: stored(), workspaceOf: {} }));

let isFirstVisit = isUnknownHere();

export const isUnread = (state: Unread, channelId: string) =>
  (state.lastSeq[channelId] ?? 0) > (state.seenSeq[channelId] ?? 0);

/** A channel one belongs to. On the first visit with this browser, what was there before does not count as new. */
export function noticeChannel(channelId: string, workspaceId: string, lastSeq: number): void {
  if (useUnread.getState().workspaceOf[channelId] !== workspaceId) {
    useUnread.setState((state) => ({ workspaceOf: { ...state.workspaceOf, [channelId]: workspaceId } }));
  }
  noticeSeq(channelId, lastSeq);
  if (useUnread.getState().seenSeq[channelId] === undefined) markSeen(channelId, isFirstVisit ? lastSeq : 0);
}

export function noticeSeq(channelId: string, seq: number, isOwn = false): void {
  const { lastSeq } = useUnread.getState();
  if (seq > (lastSeq[channelId] ?? 0)) useUnread.setState({ lastSeq: { ...lastSeq, [channelId]: seq } });
  if (isOwn) markSeen(channelId, seq);
}

export function markSeen(channelId: string, seq: number): void {
  const { seenSeq } = useUnread.getState();
  if (seq <= (seenSeq[channelId] ?? -1)) return;
  const changed = { ...seenSeq, [channelId]: seq };
  useUnread.setState({ seenSeq: changed });
  localStorage.setItem(key(), JSON.stringify(changed));
}

export function startUnread(): void {
  isFirstVisit = isUnknownHere();
  useUnread.setState({ lastSeq: {}, seenSeq: stored(), workspaceOf: {} });
}

export function followUnreadOfOtherTabs(): void {
  window.addEventListener("storage", (event) => {
    if (event.key === key()) useUnread.setState({ seenSeq: stored() });
  });
}

function isUnknownHere(): boolean {
  return localStorage.getItem(key()) === null;
}

function key(): string {
  return `nexus.seen.${current()?.user.id ?? ""}`;
}

function stored(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
}
