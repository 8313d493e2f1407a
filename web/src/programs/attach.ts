/** What the gateway tells of programs and polls. */
import type { Socket } from "socket.io-client";

import type { Ephemeral, Poll } from "../api/types";
import { change } from "../live/change";
import { hearEphemeral } from "./ephemeral";

export function attachPrograms(socket: Socket): void {
  socket.on("poll:update", ({ channelId, messageId, poll }: { channelId: string; messageId: string; poll: Poll }) =>
    change(channelId, { kind: "poll", messageId, poll }),
  );
  socket.on("message:ephemeral", hearEphemeral as (message: Ephemeral) => void);
}
