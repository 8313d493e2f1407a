/** A message that another one passes on, as it was then, unless it was hidden or deleted since. */
import type { Forwarded } from "../api/types";
import { Files } from "../files/Files";
import { Gifs } from "../gifs/GifPicture";
import { channelOf, goToMessage, useTitleOf } from "../kept/places";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { type People, nameOf } from "../workspaces/people";
import { Content } from "./Content";

/** Why it says nothing any more; null if it does. */
export function goneOf({ isDeleted, isHidden }: Forwarded): string | null {
  if (isDeleted) return text.conversation.deleted;
  return isHidden ? text.conversation.hidden : null;
}

export function ForwardedQuote({ forwarded, people }: { forwarded: Forwarded; people: People }) {
  const title = useTitleOf(forwarded.channelId);
  const at = new Date(forwarded.createdAt);
  const gone = goneOf(forwarded);
  return (
    <blockquote className="forwarded" aria-label={text.kept.forwarded} data-testid="forwarded">
      <header>
        <Icon name="forward" size={13} />
        <strong>{nameOf(people, forwarded.userId)}</strong>
        <time dateTime={forwarded.createdAt}>{text.moment(at)}</time>
        {channelOf(forwarded.channelId) && (
          <button
            type="button"
            className="link"
            onClick={() => goToMessage(forwarded.channelId, forwarded.messageId)}
          >
            {text.kept.from(title)}
          </button>
        )}
      </header>
      {gone && <p className="message-deleted">{gone}</p>}
      {forwarded.content && (
        <Content content={forwarded.content} formatted={forwarded.formattedContent} people={people} />
      )}
      <Gifs attachments={forwarded.attachments} />
      <Files attachments={forwarded.attachments} />
      {forwarded.forwarded && <ForwardedQuote forwarded={forwarded.forwarded} people={people} />}
    </blockquote>
  );
}
