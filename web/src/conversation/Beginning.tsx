/** Above the first message of a channel; in a new workspace it says what to do first. */
import type { ListedChannel } from "../api/types";
import { openDialog } from "../channels/dialogs";
import { text } from "../text";
import { Icon } from "../ui/icons";

interface Props {
  channel: ListedChannel;
  name: string;
  isEmpty: boolean;
  isAlone: boolean;
}

export function Beginning({ channel, name, isEmpty, isAlone }: Props) {
  const words = text.conversation;
  return (
    <div className="beginning">
      <h2>{words.beginning(name)}</h2>
      <p>{isEmpty ? (isAlone ? words.aloneBody : words.emptyBody) : words.history}</p>
      {isEmpty && isAlone && channel.isDefault && (
        <div className="buttons">
          <button type="button" className="button button-primary" onClick={() => openDialog("invite")}>
            <Icon name="invite" size={16} /> {words.firstInvite}
          </button>
          <button type="button" className="button" onClick={() => openDialog("create")}>
            <Icon name="hash" size={16} /> {words.firstChannel}
          </button>
        </div>
      )}
    </div>
  );
}
