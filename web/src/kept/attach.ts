/** What the gateway tells this person alone of what they keep, and members of their channel's bookmarks. */
import type { Socket } from "socket.io-client";

import type { Bookmark, Reminder, Scheduled, SyncedDraft } from "../api/kept";
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
  socket.on("reminder:update", reminders);
  socket.on("reminder:removed", reminders);
  socket.on("reminder:due", ({ reminder }: { reminder: Reminder }) => {
    reminders();
    notify(text.kept.reminderDue(reminder.text));
  });
}
