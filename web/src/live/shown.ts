/** Messages that lists and excerpts show beside their conversation: what happens to one is seen there, too. */
import type { Surroundings } from "../api/kept";
import { type Change, changed, subjectOf } from "../conversation/timeline";
import { keys, outdated, queries } from "./queries";

export function hearChangeOfShown(channelId: string, made: Change): void {
  const id = subjectOf(made);
  queries.setQueriesData<Surroundings>({ queryKey: keys.excerpts() }, (found) =>
    found?.messages.some((message) => message.id === id)
      ? { ...found, messages: found.messages.map((message) => (message.id === id ? changed(message, made) : message)) }
      : found,
  );
  if (made.kind !== "update" && made.kind !== "delete") return;
  for (const key of [keys.savedPages(), keys.reminderPages(), keys.behind(channelId)])
    if (queries.getQueriesData<object>({ queryKey: key }).some(([, found]) => isIn(found, id))) outdated(key);
}

const isIn = (found: object | undefined, id: string) => found !== undefined && JSON.stringify(found).includes(id);
