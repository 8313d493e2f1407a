/** Messages kept for later. */
import { useState } from "react";

import { type Saved, listSavedPage, saveMessage, unsaveMessage } from "../api/kept";
import { usePages } from "../live/paging";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Paged } from "../ui/Paged";
import { complain } from "../ui/notices";
import type { ListProps } from "./KeptDialog";
import { KeptMessage } from "./KeptMessage";
import { NoteDialog } from "./NoteDialog";

const savedOn = (page: { saved: Saved[] }) => page.saved;

export function SavedList({ onLeave }: ListProps) {
  const pages = usePages(keys.savedPages(), listSavedPage, savedOn, (last) => last.messageId);
  return (
    <div className="rows rows-tall">
      <Paged pages={pages} none={text.kept.noSaved}>
        {(entries) => (
          <ul className="rows" aria-label={text.kept.saved}>
            {entries.map((entry) => (
              <SavedLine key={entry.messageId} saved={entry} onLeave={onLeave} />
            ))}
          </ul>
        )}
      </Paged>
    </div>
  );
}

function SavedLine({ saved: { messageId, message, unavailable, note, state }, onLeave }: { saved: Saved } & ListProps) {
  const [isNoting, setNoting] = useState(false);
  const words = text.kept;
  const isDone = state === "done";
  const attempt = (work: Promise<unknown>) => void work.then(() => outdated(keys.saved()), complain);
  return (
    <li className="row" data-testid="saved" data-state={state}>
      <KeptMessage message={message} unavailable={unavailable} onLeave={onLeave}>
        {note && <small>{note}</small>}
      </KeptMessage>
      {message && <IconButton icon="edit" label={words.editNote} onClick={() => setNoting(true)} />}
      {isNoting && <NoteDialog messageId={messageId} note={note} state={state} onClose={() => setNoting(false)} />}
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
