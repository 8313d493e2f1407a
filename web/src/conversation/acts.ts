/** What one may do to a message that is already there. */
import { deleteMessage, editMessage, pinMessage } from "../api/routes";
import type { Message } from "../api/types";
import { change as tell } from "../live/change";
import { keys, outdated } from "../live/queries";
import type { Change } from "./timeline";

export async function edit(message: Message, content: string): Promise<void> {
  show(message, { kind: "update", message: await editMessage(message.id, content) });
}

export async function remove(message: Message): Promise<void> {
  await deleteMessage(message.id);
  show(message, { kind: "delete", messageId: message.id });
}

export async function pin(message: Message, isPinned: boolean): Promise<void> {
  await pinMessage(message.id, isPinned);
  show(message, { kind: "pin", messageId: message.id, isPinned });
  outdated(keys.info(message.channelId));
}

function show(message: Message, change: Change): void {
  tell(message.channelId, change);
}
