/** What the gateway tells of imports and exports. */
import type { Socket } from "socket.io-client";

import { startOver } from "../conversation/history";
import { conversations } from "../conversation/conversations";
import { keys, outdated } from "../live/queries";
import { recount } from "../reading/unread";

export function attachTransfers(socket: Socket): void {
  socket.on("transfer:update", ({ workspaceId, state }: { workspaceId: string; state: string }) => {
    outdated(keys.imports(workspaceId));
    outdated(keys.exports(workspaceId));
    if (state === "done" || state === "cancelled") for (const kind of ["channels", "members"]) outdated([kind]);
  });
  // Nobody was told of them one by one: whoever shows the channel loads it anew.
  socket.on("messages:imported", ({ channelId }: { channelId: string }) => {
    outdated(keys.info(channelId));
    void recount(channelId);
    if (conversations().timelines[channelId]) void startOver(channelId).catch(() => undefined);
  });
}
