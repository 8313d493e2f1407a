/** Under one's own message: who has read it. */
import type { ListedChannel } from "../api/types";
import { text } from "../text";
import { type People, nameOf } from "../workspaces/people";
import type { Seen } from "./receipts";

export function SeenLine({ seen, channel, people }: { seen: Seen; channel: ListedChannel; people: People }) {
  const names = text.names(seen.userIds.map((id) => nameOf(people, id)));
  return (
    <p className="seen-line" data-testid="seen">
      {channel.type === "direct" ? text.conversation.seen : text.conversation.seenBy(names)}
    </p>
  );
}
