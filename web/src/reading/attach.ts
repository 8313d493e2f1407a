/** What the gateway tells this person alone of what they have read. */
import type { Socket } from "socket.io-client";

import type { Channel } from "../api/types";
import type { UnreadState } from "./counts";
import { hearChoice, hearReceipt } from "./receipts";
import {
  type Hearing,
  forgetReading,
  hearArchived,
  hearNotifications,
  hearPurged,
  hearRead,
  loadUnread,
  noticeChannel,
  recount,
  tellWhatWasRead,
} from "./unread";

export function attachReading(socket: Socket): void {
  // Who was told what they missed has heard all that counts.
  socket.on("connect", () => void (socket.recovered ? Promise.resolve() : loadUnread()).then(tellWhatWasRead));
  socket.on("channel:read", (told: UnreadState) => hearRead(told));
  socket.on("channel:receipt", hearReceipt);
  socket.on("receipts:update", hearChoice);
  socket.on("messages:purged", hearPurged);
  socket.on("channel:notifications", ({ channelId, ...hearing }: Hearing & { channelId: string }) =>
    hearNotifications(channelId, hearing),
  );
  socket.on("channel:joined", ({ channel }: { channel: { id: string } }) => void recount(channel.id));
  // Members alone hear it.
  socket.on("channel:update", ({ channel }: { channel: Channel }) => {
    noticeChannel(channel.id, channel.workspaceId);
    hearArchived(channel.id, channel.isArchived);
  });
  socket.on("channel:left", ({ channelId }: { channelId: string }) => forgetReading(channelId));
}
