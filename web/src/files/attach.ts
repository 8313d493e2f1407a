/** What the gateway tells of files. */
import type { Socket } from "socket.io-client";

import { keys, outdated } from "../live/queries";
import { lookForInterrupted } from "./interrupted";

const EVENTS = ["file:ready", "file:changed", "file:refused", "file:deleted"];

interface Told {
  fileId?: string;
  file?: { id: string };
}

export function attachFiles(socket: Socket): void {
  socket.on("connect", () => {
    // What was missed is not told later.
    outdated(["file"]);
    void lookForInterrupted();
  });
  for (const event of EVENTS)
    socket.on(event, ({ fileId, file }: Told) => {
      const id = file?.id ?? fileId;
      if (id) outdated(keys.file(id));
    });
}
