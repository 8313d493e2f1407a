/** All threads that one follows in a workspace, the last answered first. */
import { useState } from "react";

import type { ListedChannel, Workspace } from "../api/types";
import { Content } from "../conversation/Content";
import { text } from "../text";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { isDirect, nameOf, titleOf, useMyId, usePeople } from "../workspaces/people";
import { type Followed, useFollowed } from "./followed";
import { threadPath } from "./places";

interface Props {
  workspace: Workspace;
  channels: readonly ListedChannel[];
}

export function ThreadsView({ workspace, channels }: Props) {
  const [isOnlyUnread, setOnlyUnread] = useState(false);
  const listed = useFollowed(channels);
  const words = text.threads;
  const shown = (listed?.threads ?? []).filter(({ unread }) => unread > 0 || !isOnlyUnread);
  return (
    <main className="conversation" aria-label={words.title} data-testid="threads">
      <header className="conversation-head">
        <a className="icon-button back" href={`#/${workspace.id}`} aria-label={text.channels.list}>
          <Icon name="chevron" />
        </a>
        <Icon name="thread" size={20} />
        <h1 className="clip">{words.title}</h1>
        <label className="to-end threads-filter">
          <input type="checkbox" checked={isOnlyUnread} onChange={(event) => setOnlyUnread(event.target.checked)} />
          {words.onlyUnread}
        </label>
      </header>
      {!listed && <p className="quiet">{text.loading}…</p>}
      {listed && shown.length === 0 && (
        <div className="empty">
          <p>{isOnlyUnread && listed.threads.length > 0 ? words.noneUnread : words.none}</p>
        </div>
      )}
      <ul className="threads">
        {shown.map((thread) => (
          <Entry key={thread.root.id} thread={thread} workspace={workspace} channels={channels} />
        ))}
        {listed?.hasMore && <li className="quiet">{words.mostShown}</li>}
      </ul>
    </main>
  );
}

function Entry({ thread, workspace, channels }: { thread: Followed } & Props) {
  const people = usePeople(workspace.id);
  const myId = useMyId();
  const { root, unread, mentions } = thread;
  const channel = channels.find(({ id }) => id === root.channelId);
  const title = channel ? titleOf(channel, people, myId) : "";
  const words = text.threads;
  const author = nameOf(people, root.userId);
  return (
    <li data-testid="followed" data-unread={unread > 0 || undefined}>
      <a className="threads-entry" href={`#/${threadPath(workspace.id, root.channelId, root.id).join("/")}`}>
        <Face id={root.userId} name={author} avatarUrl={people.get(root.userId)?.avatarUrl} />
        <span className="threads-main">
          <span className="threads-where">
            <strong>{author}</strong> {words.in(channel && isDirect(channel) ? title : `#${title}`)}
          </span>
          <span className="threads-excerpt">
            {root.isDeleted ? (
              words.deleted
            ) : root.isHidden ? (
              text.conversation.hidden
            ) : (
              <Content content={root.content} formatted={root.formattedContent} people={people} />
            )}
          </span>
          <small>
            {words.replies(root.threadReplyCount ?? 0)}
            {root.lastReplyAt && ` · ${words.last(text.moment(new Date(root.lastReplyAt)))}`}
          </small>
        </span>
        {unread > 0 && (
          <span className="badge" data-urgent={mentions > 0 || undefined}>
            {words.unread(unread)}
          </span>
        )}
      </a>
    </li>
  );
}
