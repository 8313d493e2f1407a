/** Sends a file a piece at a time; one that was interrupted goes on where it ended. */
import { create } from "zustand";

import { Problem } from "../api/problem";
import { type Transfer, sendPiece } from "../api/transfers";
import { pause, pauseMs } from "../live/backoff";

/** What the gateway lets through at once. */
export const PIECE = 900_000;
const ATTEMPTS = 8;

interface Uploads {
  /** How many bytes of which import have arrived. */
  sent: Readonly<Record<string, number>>;
}

export const useUploads = create<Uploads>(() => ({ sent: {} }));

const note = (id: string, bytes: number | undefined) =>
  useUploads.setState(({ sent: { [id]: _, ...others } }) => ({
    sent: bytes === undefined ? others : { ...others, [id]: bytes },
  }));

export type Send = (offset: number, piece: Blob) => Promise<Pick<Transfer, "received">>;

/** To the end of the file; an error that does not pass by itself ends it. */
export async function upload(workspaceId: string, begun: Transfer, file: Blob): Promise<void> {
  note(begun.id, begun.received);
  try {
    const send: Send = (offset, piece) => sendPiece(workspaceId, begun.id, offset, piece);
    await sendAll(file, begun.received, send, (bytes) => note(begun.id, bytes));
  } finally {
    note(begun.id, undefined);
  }
}

export async function sendAll(file: Blob, from: number, send: Send, tell: (sent: number) => void): Promise<void> {
  let failures = 0;
  for (let offset = from; offset < file.size;) {
    try {
      offset = (await send(offset, file.slice(offset, offset + PIECE))).received;
      failures = 0;
      tell(offset);
    } catch (problem) {
      const isPassing = problem instanceof Problem && problem.isPassing;
      failures += 1;
      if (!isPassing || failures >= ATTEMPTS) throw problem;
      await pause(pauseMs(failures));
    }
  }
}
