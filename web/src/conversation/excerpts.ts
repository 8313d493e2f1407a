/** What surrounds a message that lies further back than what is loaded, and as much more of it as is read. */
import { queryOptions } from "@tanstack/react-query";

import { type Surroundings, surroundingsOf } from "../api/kept";
import type { MessagePage } from "../api/types";
import { keys, queries } from "../live/queries";

export const excerptQuery = (messageId: string) =>
  queryOptions({
    queryKey: keys.surroundings(messageId),
    queryFn: async () => renewed(queries.getQueryData<Surroundings>(keys.surroundings(messageId)), messageId),
  });

export type Side = "before" | "after";

/** A page more, at one of the ends. */
export function extend(messageId: string, side: Side, { messages, hasMore }: MessagePage): void {
  queries.setQueryData<Surroundings>(keys.surroundings(messageId), (held) => {
    if (!held) return held;
    const known = new Set(held.messages.map(({ id }) => id));
    const added = messages.filter(({ id }) => !known.has(id));
    return side === "before"
      ? { ...held, messages: [...added, ...held.messages], hasBefore: hasMore }
      : { ...held, messages: [...held.messages, ...added], hasAfter: hasMore };
  });
}

/** Asked anew, what was read beyond it stays. */
async function renewed(held: Surroundings | undefined, messageId: string): Promise<Surroundings> {
  const found = await surroundingsOf(messageId);
  const [first, last] = [found.messages[0]?.seq, found.messages.at(-1)?.seq];
  if (!held || first === undefined || last === undefined) return found;
  const before = held.messages.filter(({ seq }) => seq < first);
  const after = held.messages.filter(({ seq }) => seq > last);
  return {
    ...found,
    messages: [...before, ...found.messages, ...after],
    hasBefore: before.length > 0 ? held.hasBefore : found.hasBefore,
    hasAfter: after.length > 0 ? held.hasAfter : found.hasAfter,
  };
}
