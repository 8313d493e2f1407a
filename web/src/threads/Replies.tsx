/** A thread's messages, oldest first, with what is still on its way at the end. */
import { Fragment, useCallback, useEffect, useMemo } from "react";

import type { ListedChannel, Workspace } from "../api/types";
import { Divider } from "../conversation/Divider";
import { DraftRow } from "../conversation/DraftRow";
import { MessageRow } from "../conversation/MessageRow";
import { useConversations } from "../conversation/conversations";
import { type Unseen, arrange } from "../conversation/lines";
import { draftsIn } from "../conversation/outbox";
import { useMine } from "../conversation/pace";
import { useScroll } from "../conversation/useScroll";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { useMyId, usePeople } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import type { Thread } from "./thread";
import { loadOlderReplies, markThreadSeen } from "./threads";

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  thread: Thread;
  /** What was unread when it was opened; null until that is known. */
  unseen: Unseen | null;
  targetId: string | undefined;
}

const NOTHING: Unseen = { after: 0, until: 0 };

export function Replies({ workspace, channel, thread, unseen, targetId }: Props) {
  const { root, replies } = thread;
  const people = usePeople(workspace.id);
  const myId = useMyId();
  const outbox = useConversations((state) => state.outbox);
  const threadId = root?.id ?? "";
  const drafts = useMemo(() => draftsIn(outbox, channel.id, threadId), [outbox, channel.id, threadId]);
  // Of a thread that was never read all is new, which is not worth a line.
  const isKnown = unseen && replies.messages.some(({ seq }) => seq <= unseen.after);
  const lines = arrange(replies.messages, isKnown ? unseen : NOTHING, myId);
  const { box, inside, onScroll, isAtEnd, hasUnseen, toEnd, toMessage } = useScroll(
    replies.messages,
    drafts.length,
    myId,
  );
  const look = useSeenThread(threadId, replies.messages.at(-1)?.seq ?? 0, unseen !== null, isAtEnd);
  const hasTarget = replies.messages.some((message) => message.id === targetId);
  useEffect(() => void (targetId && hasTarget && toMessage(targetId)), [targetId, hasTarget, toMessage]);
  const rights = { mayModerate: isAdmin(workspace.role), mine: useMine(channel), isReadOnly: channel.isArchived };
  const shared = { people, myId, ...rights, isInThread: true };
  return (
    <div className="messages-place">
      <div
        ref={box}
        className="messages"
        role="log"
        aria-label={text.threads.thread}
        aria-busy={!replies.isLoaded}
        data-testid="thread-list"
        tabIndex={0}
        onScroll={() => (onScroll(), look())}
      >
        <div ref={inside} className="thread-inside">
          {!root && <p className="quiet">{text.loading}…</p>}
          {root && <MessageRow message={root} startsGroup author={people.get(root.userId)} {...shared} />}
          {root && <Divider label={text.threads.replies(root.threadReplyCount ?? 0)} />}
          {replies.hasOlder && (
            <button
              type="button"
              className="button excerpt-more"
              onClick={() => void loadOlderReplies(threadId).catch(() => undefined)}
            >
              {text.threads.earlier}
            </button>
          )}
          {lines.map((line) => (
            <Fragment key={line.message.id}>
              {line.startsNew && <Divider label={text.conversation.new} isNew />}
              <MessageRow
                message={line.message}
                startsGroup={line.startsGroup}
                author={people.get(line.message.userId)}
                isTarget={line.message.id === targetId}
                {...shared}
              />
            </Fragment>
          ))}
          {drafts.map((draft) => (
            <DraftRow key={draft.clientMessageId} draft={draft} />
          ))}
        </div>
      </div>
      {hasUnseen && (
        <button type="button" className="to-newest" aria-label={text.conversation.toNewest} onClick={toEnd}>
          <Icon name="down" size={14} /> {text.conversation.newMessages}
        </button>
      )}
    </div>
  );
}

/** What is on screen of the window one looks at has been read, once its end is in view. */
function useSeenThread(threadId: string, seq: number, isOpen: boolean, isAtEnd: () => boolean): () => void {
  const look = useCallback(() => {
    const isLooking = document.visibilityState === "visible" && document.hasFocus();
    if (threadId && isOpen && isLooking && isAtEnd()) void markThreadSeen(threadId, seq).catch(() => undefined);
  }, [threadId, seq, isOpen, isAtEnd]);
  useEffect(() => {
    look();
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [look]);
  return look;
}
