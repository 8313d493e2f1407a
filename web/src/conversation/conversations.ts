/** The open conversations of this tab: timelines, what waits to be sent, who is typing. */
import { create } from "zustand";

import type { Message } from "../api/types";
import { hearPosted } from "../reading/unread";
import { current } from "../session/session";
import { forgetAllThreads, forgetThreadsOf, hearReply } from "../threads/threads";
import * as outboxes from "./outbox";
import * as timelines from "./timeline";
import * as typings from "./typing";

interface Conversations {
  timelines: Readonly<Record<string, timelines.Timeline>>;
  outbox: outboxes.Outbox;
  typing: typings.Typing;
}

const OUTBOX_KEY = "nexus.outbox";

export const useConversations = create<Conversations>(() => ({ timelines: {}, outbox: storedOutbox(), typing: {} }));

export const conversations = useConversations.getState;

export function timelineOf(channelId: string): timelines.Timeline {
  return conversations().timelines[channelId] ?? timelines.EMPTY;
}

export function changeTimeline(channelId: string, change: (timeline: timelines.Timeline) => timelines.Timeline): void {
  const before = timelineOf(channelId);
  const after = change(before);
  if (after === before) return;
  useConversations.setState((state) => ({ timelines: { ...state.timelines, [channelId]: after } }));
  if (after.messages !== before.messages) settleWith(after.messages);
}

export function changeOutbox(change: (outbox: outboxes.Outbox) => outboxes.Outbox): void {
  const before = conversations().outbox;
  const outbox = change(before);
  if (outbox === before) return;
  useConversations.setState({ outbox });
  sessionStorage.setItem(OUTBOX_KEY, JSON.stringify(outbox));
}

export function changeTyping(change: (typing: typings.Typing) => typings.Typing): void {
  useConversations.setState((state) => ({ typing: change(state.typing) }));
}

/** A message heard live or acknowledged. Of channels never looked at only what is unread is kept. */
export function hear(message: Message): void {
  hearPosted(message);
  changeTyping((typing) => typings.stop(typing, message.channelId, message.userId));
  settleWith([message]);
  hearReply(message);
  if (conversations().timelines[message.channelId]) {
    changeTimeline(message.channelId, (timeline) => timelines.receive(timeline, message));
  }
}

export function forgetConversation(channelId: string): void {
  useConversations.setState((state) => {
    const { [channelId]: _, ...rest } = state.timelines;
    return { timelines: rest };
  });
  changeOutbox((outbox) => outbox.filter((draft) => draft.channelId !== channelId));
  forgetThreadsOf(channelId);
}

export function forgetAllConversations(): void {
  useConversations.setState({ timelines: {}, typing: {} });
  changeOutbox(() => []);
  forgetAllThreads();
}

function settleWith(messages: readonly Message[]): void {
  const userId = current()?.user.id;
  if (userId) changeOutbox((outbox) => outboxes.settle(outbox, messages, userId));
}

function storedOutbox(): outboxes.Outbox {
  try {
    return JSON.parse(sessionStorage.getItem(OUTBOX_KEY) ?? "[]") as outboxes.Outbox;
  } catch {
    return [];
  }
}
