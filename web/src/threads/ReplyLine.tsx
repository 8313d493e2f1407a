/** Under a message of a channel: the replies to it, which open beside the channel. */
import type { Message } from "../api/types";
import { text } from "../text";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { type People, nameOf } from "../workspaces/people";
import { goToThread } from "./places";

export function ReplyLine({ message, people }: { message: Message; people: People }) {
  const count = message.threadReplyCount ?? 0;
  if (count === 0) return null;
  return (
    <button
      type="button"
      className="replies"
      data-testid="replies"
      onClick={() => goToThread(message.channelId, message.id)}
    >
      <span className="replies-faces">
        {(message.threadParticipants ?? []).map((id) => (
          <Face key={id} id={id} name={nameOf(people, id)} avatarUrl={people.get(id)?.avatarUrl} size="small" />
        ))}
      </span>
      <strong>{text.threads.open(count)}</strong>
      {message.lastReplyAt && (
        <time dateTime={message.lastReplyAt}>{text.threads.last(text.moment(new Date(message.lastReplyAt)))}</time>
      )}
    </button>
  );
}

/** Above a reply that is shown in the channel, too. */
export function AnsweredLine({ message }: { message: Message }) {
  const { parentMessageId, channelId, id } = message;
  if (!parentMessageId) return null;
  return (
    <button type="button" className="link answered" onClick={() => goToThread(channelId, parentMessageId, id)}>
      <Icon name="thread" size={12} /> {text.threads.answered}
    </button>
  );
}
