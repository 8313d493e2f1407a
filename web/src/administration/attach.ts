/** What the gateway tells of looking after a workspace, and of one's own preferences. */
import type { Socket } from "socket.io-client";

import type { Preferences } from "../api/preferences";
import { keys, outdated, queries } from "../live/queries";
import { hearOwnChoice } from "../reading/receipts";
import { text } from "../text";
import { notify } from "../ui/notices";

export function attachAdministration(socket: Socket): void {
  socket.on("message:reported", ({ workspaceId }: { workspaceId: string }) => {
    outdated(keys.reports(workspaceId));
    notify(text.administration.moderation.reported);
  });
  socket.on("preferences:update", (preferences: Preferences) => {
    queries.setQueryData(keys.preferences(), preferences);
    void hearOwnChoice(preferences.sendsReadReceipts);
  });
}
