/** What the gateway tells of files. */
import type { Socket } from "socket.io-client";

import type { StoredFile } from "../api/files";
import { keys, outdated } from "../live/queries";
import { notify } from "../ui/notices";
import { refusalOf } from "./file";
import { lookForInterrupted } from "./interrupted";
import { type Step, noteStep } from "./known";
import { refused } from "./uploads";

const EVENTS = ["file:ready", "file:changed", "file:refused", "file:deleted"];

interface Told {
  fileId?: string;
  /** None if it is only a hint. */
  file?: StoredFile | null;
}

export function attachFiles(socket: Socket): void {
  socket.on("connect", () => {
    // What was missed is not told later.
    outdated(["file"]);
    outdated(["channel-files"]);
    void lookForInterrupted();
  });
  for (const event of EVENTS)
    socket.on(event, ({ fileId, file }: Told) => {
      const id = file?.id ?? fileId;
      if (id) outdated(keys.file(id));
      outdated(["channel-files"]);
    });
  socket.on("file:progress", ({ fileId, step, percent }: Step & { fileId: string }) => noteStep(fileId, { step, percent }));
  socket.on("file:refused", ({ file }: Told) => {
    // A message that carries it says so itself.
    const isSaid = !file || refused(file) || (file.version === 1 && file.reason !== "forbidden");
    if (!isSaid) notify(`${file.filename}: ${refusalOf(file)}`, true);
  });
}
