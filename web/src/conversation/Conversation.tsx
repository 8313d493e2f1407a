/** One channel: its head, messages, composer and, on demand, its details. */
import { useRef, useState } from "react";

import { joinChannel } from "../api/routes";
import type { ListedChannel, Workspace } from "../api/types";
import { BookmarkBar, BookmarkButton } from "../channels/BookmarkBar";
import { ChannelPanel } from "../channels/ChannelPanel";
import { ChannelSign } from "../channels/ChannelLink";
import { listOwn } from "../channels/CreateChannelDialog";
import { HearingMenu } from "../channels/HearingMenu";
import { add } from "../files/uploads";
import { useDrop } from "../files/useDrop";
import { Ephemerals } from "../programs/Ephemerals";
import { goTo } from "../location";
import { text } from "../text";
import { ThreadPanel } from "../threads/ThreadPanel";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { complain, notify } from "../ui/notices";
import { isDirect, titleOf, useMyId, usePeople } from "../workspaces/people";
import { MessageList } from "./MessageList";
import { TypingLine } from "./TypingLine";
import { WritingPlace } from "./WritingPlace";

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  threadId: string | undefined;
  messageId: string | undefined;
}

export function Conversation({ workspace, channel, threadId, messageId }: Props) {
  const [isPanelOpen, setPanelOpen] = useState(false);
  const people = usePeople(workspace.id);
  const title = titleOf(channel, people, useMyId());
  const name = isDirect(channel) ? title : `#${title}`;
  const details = useRef<HTMLButtonElement>(null);
  const closePanel = () => {
    setPanelOpen(false);
    details.current?.focus();
  };
  const closeThread = () => goTo(workspace.id, channel.id);
  const toggleDetails = () => {
    setPanelOpen(threadId ? true : !isPanelOpen);
    if (threadId) closeThread();
  };
  const { isOver, ...dropping } = useDrop(channel.isMember && !channel.isArchived, (files) => {
    const refusal = add(channel.id, channel.id, files);
    if (refusal) notify(refusal, true);
  });
  const mayBookmark = channel.isMember && !channel.isArchived && workspace.role !== "guest";
  return (
    <>
      <main className="conversation drop-place" aria-label={name} {...dropping}>
        {isOver && <p className="drop-sign">{text.files.drop(name)}</p>}
        <header className="conversation-head">
          <a className="icon-button back" href={`#/${workspace.id}`} aria-label={text.channels.list}>
            <Icon name="chevron" />
          </a>
          <ChannelSign channel={channel} size={20} />
          <h1 className="clip">{title}</h1>
          {channel.description && <p className="conversation-topic clip">{channel.description}</p>}
          {mayBookmark && <BookmarkButton channelId={channel.id} />}
          {channel.isMember && <HearingMenu channel={channel} />}
          <IconButton
            ref={details}
            icon="info"
            label={text.panel.open}
            side="bottom"
            aria-pressed={isPanelOpen && !threadId}
            onClick={toggleDetails}
          />
        </header>
        {channel.isMember ? (
          <>
            <BookmarkBar channelId={channel.id} mayChange={mayBookmark} />
            <MessageList channel={channel} workspace={workspace} name={name} targetId={threadId ? undefined : messageId} />
            <Ephemerals channelId={channel.id} />
            <TypingLine channelId={channel.id} people={people} />
            <WritingPlace channel={channel} name={name} />
          </>
        ) : (
          <Outside channel={channel} name={name} />
        )}
      </main>
      {threadId && (
        <ThreadPanel
          key={threadId}
          workspace={workspace}
          channel={channel}
          name={name}
          threadId={threadId}
          targetId={messageId}
          onClose={closeThread}
        />
      )}
      {isPanelOpen && !threadId && (
        <ChannelPanel workspace={workspace} channel={channel} title={title} onClose={closePanel} />
      )}
    </>
  );
}

function Outside({ channel, name }: { channel: ListedChannel; name: string }) {
  const join = () => joinChannel(channel.id).then(() => listOwn(channel), complain);
  return (
    <div className="empty">
      <h2>{name}</h2>
      <p>{text.channels.notJoined(name)}</p>
      <button type="button" className="button button-primary" onClick={() => void join()}>
        {text.channels.joinNamed(name)}
      </button>
    </div>
  );
}
