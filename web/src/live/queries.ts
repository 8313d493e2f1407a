/** The one cache of REST answers, and the names of what is in it. */
import { QueryClient } from "@tanstack/react-query";

import { Problem } from "../api/problem";

const TRIES = 6;

const again = (failures: number, error: Error) =>
  failures < TRIES && (!(error instanceof Problem) || error.isPassing);

/** For what one service is told of by another, a moment after it was made: until then it is not found. */
export const againUntilHeard = (failures: number, error: Error) =>
  again(failures, error) || (failures < TRIES && error instanceof Problem && error.status === 404);

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: again,
      retryDelay: (attempt, error) =>
        error instanceof Problem && error.retryAfter ? error.retryAfter * 1000 : Math.min(8_000, 400 * 2 ** attempt),
    },
  },
});

export const keys = {
  workspaces: () => ["workspaces"],
  preferences: () => ["preferences"],
  channels: (workspaceId: string) => ["channels", workspaceId],
  ownChannels: (workspaceId: string) => ["own-channels", workspaceId],
  members: (workspaceId: string) => ["members", workspaceId],
  others: (workspaceId: string) => ["others", workspaceId],
  invitations: (workspaceId: string) => ["invitations", workspaceId],
  info: (channelId: string) => ["info", channelId],
  rights: (channelId: string) => ["rights", channelId],
  bookmarks: (channelId: string) => ["bookmarks", channelId],
  receipts: (channelId: string) => ["receipts", channelId],
  scheduled: () => ["scheduled"],
  saved: () => ["saved"],
  savedPages: () => ["saved", "pages"],
  reminders: () => ["reminders"],
  reminderPages: () => ["reminders", "pages"],
  dueReminders: () => ["reminders", "due"],
  settings: (workspaceId: string) => ["settings", workspaceId],
  workspaceRights: (workspaceId: string) => ["settings", workspaceId, "rights"],
  reports: (workspaceId: string) => ["settings", workspaceId, "reports"],
  silenced: (workspaceId: string) => ["settings", workspaceId, "silenced"],
  removals: (workspaceId: string) => ["settings", workspaceId, "removals"],
  holds: (workspaceId: string) => ["settings", workspaceId, "holds"],
  audit: (workspaceId: string) => ["settings", workspaceId, "audit"],
  bots: (workspaceId: string) => ["settings", workspaceId, "bots"],
  botTokens: (botId: string) => ["bots", botId, "tokens"],
  botPresses: (botId: string) => ["bots", botId, "presses"],
  commands: (workspaceId: string) => ["settings", workspaceId, "commands"],
  retention: (channelId: string) => ["info", channelId, "retention"],
  outgoing: (channelId: string) => ["hooks", channelId, "outgoing"],
  deliveries: (hookId: string) => ["deliveries", hookId],
  hooks: (channelId: string) => ["hooks", channelId],
  poll: (messageId: string) => ["poll", messageId],
  threads: () => ["threads"],
  file: (fileId: string) => ["file", fileId],
  channelFiles: (channelId: string) => ["channel-files", channelId],
  history: (messageId: string) => ["history", messageId],
  behind: (channelId: string) => ["behind", channelId],
  emoji: (workspaceId: string) => ["emoji", workspaceId],
  groups: (workspaceId: string) => ["groups", workspaceId],
  gifs: (search: string) => ["gifs", search],
  imports: (workspaceId: string) => ["imports", workspaceId],
  importPreview: (importId: string) => ["imports", "preview", importId],
  exports: (workspaceId: string) => ["exports", workspaceId],
  excerpts: () => ["surroundings"],
  surroundings: (messageId: string) => ["surroundings", messageId],
} as const;

export const outdated = (key: readonly string[]) => void renew(key);

/** Fetch anew what is shown. A first fetch under way is dropped, as it may have been answered before the change. */
export async function renew(key: readonly string[]) {
  await queries.cancelQueries({ queryKey: key });
  await queries.invalidateQueries({ queryKey: key });
}
