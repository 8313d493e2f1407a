/** What is pinned in a channel, with the way to where it was said. */
import type { Message } from "../api/types";
import { pin } from "../conversation/acts";
import { Content } from "../conversation/Content";
import { ForwardedQuote } from "../conversation/ForwardedQuote";
import { Files } from "../files/Files";
import { Gifs } from "../gifs/GifPicture";
import { goToMessage } from "../kept/places";
import { Cards } from "../programs/Cards";
import { text } from "../text";
import { FileLinks } from "../transfers/FileLinks";
import { IconButton } from "../ui/IconButton";
import { complain } from "../ui/notices";
import { type People, nameOf, usePeople } from "../workspaces/people";

interface Props {
  messages: readonly Message[];
  workspaceId: string;
  mayPin: boolean;
  /** Called once one is on the way to where it was said. */
  onLeave: () => void;
}

export function Pins({ messages, workspaceId, ...rest }: Props) {
  const people = usePeople(workspaceId);
  if (messages.length === 0) return <p className="quiet">{text.panel.noPins}</p>;
  return (
    <ul className="pins" aria-label={text.panel.pins}>
      {messages.map((message) => (
        <Pinned key={message.id} message={message} people={people} {...rest} />
      ))}
    </ul>
  );
}

interface PinnedProps extends Pick<Props, "mayPin" | "onLeave"> {
  message: Message;
  people: People;
}

function Pinned({ message, people, mayPin, onLeave }: PinnedProps) {
  const at = text.moment(new Date(message.createdAt));
  return (
    <li className="pinned" data-testid="pinned-message">
      <header>
        <strong className="clip">{message.via?.name ?? nameOf(people, message.userId)}</strong>
        <button
          type="button"
          className="link"
          aria-label={text.panel.toPinned(at)}
          onClick={() => (goToMessage(message.channelId, message.id), onLeave())}
        >
          <time dateTime={message.createdAt}>{at}</time>
        </button>
        {mayPin && (
          <IconButton
            icon="close"
            size={14}
            label={text.conversation.unpin}
            onClick={() => void pin(message, false).catch(complain)}
          />
        )}
      </header>
      {message.isHidden && <p className="message-deleted">{text.conversation.hidden}</p>}
      {message.content && <Content content={message.content} formatted={message.formattedContent} people={people} />}
      {message.forwarded && <ForwardedQuote forwarded={message.forwarded} people={people} />}
      <Gifs attachments={message.attachments} />
      <Files attachments={message.attachments} />
      <Cards attachments={message.attachments} />
      <FileLinks attachments={message.attachments} />
    </li>
  );
}
