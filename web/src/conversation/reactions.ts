/** Adds or takes back one's own reaction: shown at once, undone when refused. */
import { change as tell } from "../live/change";
import { type Answer, ask } from "../live/connection";
import { Problem } from "../api/problem";
import type { Message } from "../api/types";
import { complain } from "../ui/notices";

export async function react(message: Message, emoji: string, userId: string): Promise<void> {
  const add = !(message.reactions[emoji] ?? []).includes(userId);
  show(message, emoji, userId, add);
  try {
    const answer = await ask<Answer>(add ? "reaction:add" : "reaction:remove", { messageId: message.id, emoji });
    if (!answer.ok) throw new Problem(400, answer.error?.type ?? "unknown", answer.error?.message ?? "");
  } catch (error) {
    show(message, emoji, userId, !add);
    complain(error);
  }
}

function show(message: Message, emoji: string, userId: string, add: boolean): void {
  const change = { kind: "reaction", messageId: message.id, emoji, userId, add } as const;
  tell(message.channelId, change);
}
