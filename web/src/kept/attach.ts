/** What the gateway tells this person alone of what they keep, and members of their channel's bookmarks. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Socket } from "socket.io-client";

import type { Bookmark, Reminder, Saved, Scheduled, SyncedDraft } from "../api/kept";
import { keys, outdated, queries } from "../live/queries";
import { text } from "../text";
import { notify } from "../ui/notices";
import { hearDraft, syncDrafts } from "./drafts";

export function attachKept(socket: Socket): void {
  const scheduled = () => outdated(keys.scheduled());
  const reminders = () => outdated(keys.reminders());
  socket.on("connect", () => {
    void syncDrafts();
    scheduled();
    reminders();
  });
  socket.on("draft:update", (draft: SyncedDraft) => hearDraft(draft));
  socket.on("scheduled:update", scheduled);
  socket.on("scheduled:removed", scheduled);
  socket.on("scheduled:failed", ({ scheduled: failed }: { scheduled: Scheduled }) => {
    scheduled();
    notify(text.kept.failed(text.kept.failures[failed.failure ?? ""] ?? text.problems.unknown), true);
  });
  socket.on("channel:bookmarks", ({ channelId, bookmarks }: { channelId: string; bookmarks: Bookmark[] }) =>
    queries.setQueryData(keys.bookmarks(channelId), bookmarks),
  );
  socket.on("saved:update", () => outdated(keys.saved()));
  const changed = (messageIds: readonly string[]) => {
    if (listsAny(keys.savedPages(), messageIds)) outdated(keys.saved());
    if (listsAny(keys.reminderPages(), messageIds)) outdated(keys.reminderPages());
  };
  socket.on("message:update", ({ message }: { message: { id: string } }) => changed([message.id]));
  socket.on("message:delete", ({ messageId }: { messageId: string }) => changed([messageId]));
  socket.on("messages:purged", ({ messageIds }: { messageIds: string[] }) => changed(messageIds));
  for (const event of ["channel:joined", "channel:left"]) {
    socket.on(event, () => outdated(keys.saved()));
    socket.on(event, () => outdated(keys.reminderPages()));
  }
  socket.on("reminder:update", reminders);
  socket.on("reminder:removed", reminders);
  socket.on("reminder:due", ({ reminder }: { reminder: Reminder }) => {
    reminders();
    notify(text.kept.reminderDue(reminder.text));
  });
}

/** Whether a list of what is kept, as far as it was fetched, has one of these. */
function listsAny(list: readonly string[], messageIds: readonly string[]): boolean {
  const pages = queries.getQueryData<InfiniteData<{ saved?: Saved[]; reminders?: Reminder[] }>>(list)?.pages ?? [];
  const kept = pages.flatMap(({ saved = [], reminders = [] }) => [...saved, ...reminders]);
  return kept.some(({ messageId }) => messageId !== null && messageIds.includes(messageId));
}
