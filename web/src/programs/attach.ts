/** What the gateway tells of programs and polls. */
import type { Socket } from "socket.io-client";

import type { Ephemeral, Poll } from "../api/types";
import { change } from "../live/change";
import { hearEphemeral } from "./ephemeral";
import { hearVote } from "./ownVotes";

interface PollUpdate {
  channelId: string;
  messageId: string;
  userId: string;
  poll: Poll;
}

export function attachPrograms(socket: Socket): void {
  socket.on("poll:update", ({ channelId, messageId, userId, poll }: PollUpdate) => {
    change(channelId, { kind: "poll", messageId, poll });
    hearVote(messageId, userId, poll);
  });
  socket.on("message:ephemeral", hearEphemeral as (message: Ephemeral) => void);
}
