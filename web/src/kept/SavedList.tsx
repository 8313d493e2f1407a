/** Messages kept for later. */
import { useQuery } from "@tanstack/react-query";

import { type Saved, listSaved, saveMessage, unsaveMessage } from "../api/kept";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { complain } from "../ui/notices";
import type { ListProps } from "./KeptDialog";
import { goToMessage, useTitleOf } from "./places";

export function SavedList({ onLeave }: ListProps) {
  const saved = useQuery({ queryKey: keys.saved(), queryFn: listSaved });
  const kept = saved.data ?? [];
  if (kept.length === 0) return <p className="quiet">{text.kept.noSaved}</p>;
  return (
    <ul className="rows rows-tall" aria-label={text.kept.saved}>
      {kept.map((entry) => (
        <SavedLine key={entry.messageId} saved={entry} onLeave={onLeave} />
      ))}
    </ul>
  );
}

function SavedLine({ saved: { messageId, message, unavailable, note, state }, onLeave }: { saved: Saved } & ListProps) {
  const title = useTitleOf(message?.channelId ?? null);
  const words = text.kept;
  const isDone = state === "done";
  const attempt = (work: Promise<unknown>) => void work.then(() => outdated(keys.saved()), complain);
  return (
    <li className="row" data-testid="saved" data-state={state}>
      {message ? (
        <button
          type="button"
          className="row-main row-go"
          onClick={() => (goToMessage(message.channelId, messageId), onLeave())}
        >
          <strong className="clip">{title}</strong>
          <span className="clip">{message.content || message.forwarded?.content}</span>
          {note && <small>{note}</small>}
        </button>
      ) : (
        <span className="row-main">
          <em>{words.unavailable[unavailable ?? "deleted"]}</em>
          {note && <small>{note}</small>}
        </span>
      )}
      {message && (
        <IconButton
          icon="check"
          label={isDone ? words.markOpen : words.markDone}
          aria-pressed={isDone}
          onClick={() => attempt(saveMessage(messageId, { note, state: isDone ? "open" : "done" }))}
        />
      )}
      <IconButton icon="trash" label={words.unsave} onClick={() => attempt(unsaveMessage(messageId))} />
    </li>
  );
}
