/** What the gateway tells of what a workspace made for its messages: emoji, and groups to mention. */
import type { Socket } from "socket.io-client";

import { keys, outdated } from "../live/queries";

/** Everybody in the workspace has to ask at the same moment. */
const APART_MS = 2_000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

export function attachWords(socket: Socket): void {
  socket.on("workspace:emoji", ({ workspaceId }: { workspaceId: string }) => askSoon(keys.emoji(workspaceId)));
  socket.on("workspace:groups", ({ workspaceId }: { workspaceId: string }) => askSoon(keys.groups(workspaceId)));
  // These are not told again to who was away.
  socket.on("connect", () => {
    askSoon(["emoji"]);
    askSoon(["groups"]);
  });
}

function askSoon(key: readonly string[]): void {
  const name = key.join();
  clearTimeout(timers.get(name));
  timers.set(
    name,
    setTimeout(() => outdated(key), Math.random() * APART_MS),
  );
}
