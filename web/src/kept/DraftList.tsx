/** Everything begun and not sent. */
import { text } from "../text";
import { goToThread } from "../threads/places";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import type { ListProps } from "./KeptDialog";
import { filesIn } from "../files/file";
import { type Entry, isEmpty, placeOf } from "./book";
import { clearDraft, useBookOfDrafts } from "./drafts";
import { channelOf, goToMessage, useWhere } from "./places";

export function DraftList({ onLeave }: ListProps) {
  const book = useBookOfDrafts();
  const drafts = Object.entries(book)
    .filter(([key, entry]) => !isEmpty(entry) && channelOf(placeOf(key).channelId))
    .sort(([, a], [, b]) => b.version - a.version);
  if (drafts.length === 0) return <p className="quiet">{text.kept.noDrafts}</p>;
  return (
    <ul className="rows rows-tall" aria-label={text.kept.drafts}>
      {drafts.map(([key, entry]) => (
        <DraftLine key={key} name={key} entry={entry} onLeave={onLeave} />
      ))}
    </ul>
  );
}

function DraftLine({ name, entry, onLeave }: { name: string; entry: Entry } & ListProps) {
  const { channelId, parentMessageId } = placeOf(name);
  const title = useWhere(channelId);
  const go = () => (parentMessageId ? goToThread(channelId, parentMessageId) : goToMessage(channelId), onLeave());
  return (
    <li className="row" data-testid="kept-draft">
      <button type="button" className="row-main row-go" onClick={go}>
        <strong className="clip">{title}</strong>
        <small className="clip">{entry.content || filesIn(entry.attachments).map(({ name }) => name).join(", ")}</small>
      </button>
      <Icon name="edit" size={16} />
      <IconButton
        icon="trash"
        label={text.conversation.discard}
        onClick={() => clearDraft(channelId, parentMessageId ?? undefined)}
      />
    </li>
  );
}
