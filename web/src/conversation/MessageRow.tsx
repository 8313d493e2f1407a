/** One message with what can be done to it. */
import { memo, useState } from "react";

import type { Message, WorkspaceMember } from "../api/types";
import { ActionButtons } from "../programs/ActionButtons";
import { BotBadge } from "../programs/BotBadge";
import { Cards } from "../programs/Cards";
import { FileLinks } from "../transfers/FileLinks";
import { PollCard } from "../programs/PollCard";
import { Reaction } from "../emoji/EmojiPicture";
import { Files } from "../files/Files";
import { Gifs } from "../gifs/GifPicture";
import { text } from "../text";
import { AnsweredLine, ReplyLine } from "../threads/ReplyLine";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { type People, nameOf } from "../workspaces/people";
import { Content } from "./Content";
import { EditForm } from "./EditForm";
import { EditedMark } from "./EditHistory";
import { ForwardedQuote } from "./ForwardedQuote";
import { MessageTools } from "./MessageTools";
import { Previews } from "./Previews";
import { react } from "./reactions";

interface Props {
  message: Message;
  startsGroup: boolean;
  author: WorkspaceMember | undefined;
  people: People;
  myId: string;
  mayModerate: boolean;
  /** What one has the right to in the channel; undefined while that is not known. */
  mine: readonly string[] | undefined;
  isReadOnly: boolean;
  /** A link led here. */
  isTarget?: boolean;
  /** It stands in its thread, not in its channel. */
  isInThread?: boolean;
}

export const MessageRow = memo(function MessageRow({
  message,
  startsGroup,
  author,
  people,
  myId,
  mayModerate,
  mine,
  isReadOnly,
  isTarget = false,
  isInThread = false,
}: Props) {
  const [isChanging, setEditing] = useState(false);
  const isEditing = isChanging && !message.isHidden;
  const name = message.via?.name ?? author?.name ?? text.people.unknown;
  const at = new Date(message.createdAt);
  const may = (right: string) => mine?.includes(right) ?? true;
  return (
    <article
      className={startsGroup ? "message message-first" : "message"}
      // Where nothing can hover, a tap brings what can be done with it.
      tabIndex={-1}
      aria-label={`${name}, ${text.time(at)}`}
      data-testid="message"
      data-message-id={message.id}
      data-seq={message.seq}
      data-user-id={message.userId}
      data-pinned={message.isPinned || undefined}
      data-target={isTarget || undefined}
    >
      <div className="message-side">
        {startsGroup ? (
          <Face id={message.userId} name={name} avatarUrl={author?.avatarUrl} />
        ) : (
          <time dateTime={message.createdAt} aria-hidden="true">
            {text.time(at)}
          </time>
        )}
      </div>
      <div className="message-main">
        {startsGroup && (
          <header>
            <strong data-testid="message-author">{name}</strong>
            {(message.via || author?.isBot) && <BotBadge />}
            <time dateTime={message.createdAt} title={text.moment(at)}>
              {text.time(at)}
            </time>
          </header>
        )}
        {!isInThread && <AnsweredLine message={message} />}
        {message.isPinned && !message.isDeleted && (
          <p className="message-pinned">
            <Icon name="pin" size={12} /> {text.conversation.pinned}
          </p>
        )}
        {message.isDeleted ? (
          <p className="message-deleted">{message.isPurged ? text.moderation.purged : text.conversation.deleted}</p>
        ) : message.isHidden ? (
          <p className="message-deleted">{text.conversation.hidden}</p>
        ) : isEditing ? (
          <EditForm message={message} onDone={() => setEditing(false)} />
        ) : (
          <>
            {message.content && (
              <Content content={message.content} formatted={message.formattedContent} people={people} />
            )}
            {message.forwarded && <ForwardedQuote forwarded={message.forwarded} people={people} />}
            {message.isEdited && <EditedMark message={message} people={people} />}
            <Gifs attachments={message.attachments} />
            <Files attachments={message.attachments} />
            <Cards attachments={message.attachments} />
            <FileLinks attachments={message.attachments} />
            {message.poll && (
              <PollCard
                message={message}
                poll={message.poll}
                mayClose={message.userId === myId || mayModerate}
                isReadOnly={isReadOnly}
              />
            )}
            <ActionButtons message={message} isReadOnly={isReadOnly} />
            <Previews message={message} isOwn={message.userId === myId && !isReadOnly} />
          </>
        )}
        {!message.isDeleted && <Reactions message={message} people={people} myId={myId} isReadOnly={isReadOnly || !may("react")} />}
        {!isInThread && <ReplyLine message={message} people={people} />}
      </div>
      {!message.isDeleted && !isEditing && !isReadOnly && (
        <MessageTools
          message={message}
          isOwn={message.userId === myId}
          mayReact={may("react")}
          mayPin={may("pin")}
          mayEdit={message.userId === myId && !message.poll && !message.isHidden && mine?.length !== 0}
          mayDelete={message.userId === myId || mayModerate}
          mayModerate={mayModerate}
          isInThread={isInThread}
          myId={myId}
          onEdit={() => setEditing(true)}
        />
      )}
    </article>
  );
});

function Reactions({ message, people, myId, isReadOnly }: Pick<Props, "message" | "people" | "myId" | "isReadOnly">) {
  const given = Object.entries(message.reactions ?? {}).filter(([, userIds]) => userIds.length > 0);
  if (given.length === 0) return null;
  return (
    <ul className="reactions">
      {given.map(([emoji, userIds]) => {
        const names = text.fewNames(userIds.map((id) => nameOf(people, id)));
        return (
          <li key={emoji}>
            <button
              type="button"
              className="reaction"
              disabled={isReadOnly}
              aria-pressed={userIds.includes(myId)}
              aria-label={text.conversation.reactions(emoji, names)}
              title={names}
              data-testid="reaction"
              onClick={() => void react(message, emoji, myId)}
            >
              <Reaction emoji={emoji} /> <span>{userIds.length}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
