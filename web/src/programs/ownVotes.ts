/** One's own vote where it is shown, once it was given or changed in another window or on another device. */
import type { Poll } from "../api/types";
import { keys, outdated } from "../live/queries";
import { useSession } from "../session/session";

/** Nobody is told whose vote in an anonymous poll it was. So all who look ask, though not all at once. */
export const ASKED_WITHIN_MS = 5_000;
const waiting = new Set<string>();

export function hearVote(messageId: string, userId: string, poll: Poll): void {
  const look = () => outdated(keys.poll(messageId));
  if (userId === useSession.getState().session?.user.id) look();
  if (!poll.isAnonymous || waiting.has(messageId)) return;
  waiting.add(messageId);
  setTimeout(() => {
    waiting.delete(messageId);
    look();
  }, Math.random() * ASKED_WITHIN_MS);
}
