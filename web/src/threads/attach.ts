/** What the gateway tells of threads. */
import type { Socket } from "socket.io-client";

import type { ThreadReading } from "../api/threads";
import type { Message } from "../api/types";
import type { ThreadShown } from "../conversation/timeline";
import { change } from "../live/change";
import { askSoon, hearGone, hearReplyOfFollowed, hearThreadReading, hearThreadShown } from "./followed";
import { hearFollowed, hearThreadRead, tellWhatWasReadOfThreads } from "./threads";

type Shown = ThreadShown & { channelId: string; messageId: string };

export function attachThreads(socket: Socket): void {
  socket.on("connect", tellWhatWasReadOfThreads);
  socket.on("message:receive", ({ message }: { message: Message }) => hearReplyOfFollowed(message));
  socket.on("thread:update", (told: Shown) => {
    change(told.channelId, { ...told, kind: "thread" });
    hearThreadShown(told.channelId, told.messageId, told);
  });
  socket.on("thread:read", (told: ThreadReading) => {
    hearThreadReading(told);
    hearThreadRead(told.threadId, told.lastReadSeq);
  });
  socket.on("thread:follow", ({ threadId, isFollowing }: { threadId: string; isFollowing: boolean }) => {
    hearFollowed(threadId, isFollowing);
    askSoon();
  });
  socket.on("message:delete", ({ message }: { message?: Message }) => hearGone(message?.parentMessageId));
  socket.on("messages:purged", askSoon);
  for (const event of ["channel:joined", "channel:left", "channel:update"]) socket.on(event, askSoon);
}
