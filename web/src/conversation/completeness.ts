/** Whether a timeline holds just what the server has, told by the server's digest of it; pure but for the hashing. */
import type { Digest, Message } from "../api/types";
import type { Timeline } from "./timeline";

/** The lowest seq from which nothing is missing up to the newest message held; null before history was loaded. */
export function completeFrom({ isLoaded, messages }: Timeline): number | null {
  if (!isLoaded) return null;
  const start = messages.findLastIndex((message, index) => messages[index - 1]?.seq !== message.seq - 1);
  return messages[start]?.seq ?? 1;
}

/** A difference may also mean that live news is still on its way: ask again before acting on it. */
export async function differs(timeline: Timeline, digest: Digest): Promise<boolean> {
  const from = completeFrom(timeline);
  if (from === null || from > digest.fromSeq) return false;
  const held = timeline.messages.filter(({ seq }) => seq >= digest.fromSeq && seq <= digest.lastSeq);
  if (held.length !== digest.count) return true;
  if (held.length > 0 && held.at(-1)?.seq !== digest.lastSeq) return true;
  const hash = await hashOf(held);
  return hash !== null && hash !== digest.hash;
}

/** SHA-256 in hexadecimal, or null where the browser has none: outside https and localhost. */
export async function hashOf(messages: readonly Message[]): Promise<string | null> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return null;
  const hash = await subtle.digest("SHA-256", new TextEncoder().encode(linesOf(messages)));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function linesOf(messages: readonly Message[]): string {
  return messages.map(({ seq, id, updatedAt }) => `${seq}:${id}:${updatedAt}`).join("\n");
}
