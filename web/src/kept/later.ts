/** Sends a message later, as it was written at that moment. */
import { type Reply, type Words, schedule } from "../api/kept";
import { newIdentifier } from "../identifier";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { complain, notify } from "../ui/notices";

/** Whether the server has taken it. */
export async function sendLater(channelId: string, words: Words & Reply, sendAt: Date): Promise<boolean> {
  try {
    await schedule(channelId, words, sendAt, newIdentifier());
  } catch (error) {
    complain(error);
    return false;
  }
  notify(text.kept.scheduledFor(sendAt));
  outdated(keys.scheduled());
  return true;
}
