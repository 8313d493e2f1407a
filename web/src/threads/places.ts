/** Where threads are: beside their channels. */
import type { Message } from "../api/types";
import { channelOf } from "../kept/places";
import { IN_THREAD, goOn, goTo } from "../location";

const pathOf = (channelId: string, threadId: string, replyId?: string) => {
  const channel = channelOf(channelId);
  return channel ? threadPath(channel.workspaceId, channelId, threadId, replyId) : null;
};

export function goToThread(channelId: string, threadId: string, replyId?: string): void {
  const path = pathOf(channelId, threadId, replyId);
  if (path) goTo(...path);
}

/** A message was looked for in its channel, and is a reply that is shown in its thread alone. */
export function goOnToThread(reply: Message): void {
  const path = reply.parentMessageId ? pathOf(reply.channelId, reply.parentMessageId, reply.id) : null;
  if (path) goOn(...path);
}

export const threadPath = (workspaceId: string, channelId: string, threadId: string, replyId?: string) => [
  workspaceId,
  channelId,
  IN_THREAD,
  threadId,
  ...(replyId ? [replyId] : []),
];
