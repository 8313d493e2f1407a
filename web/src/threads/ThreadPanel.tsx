/** A thread beside its channel: the message, the replies to it, and where one replies. */
import { useCallback, useEffect, useState } from "react";

import type { ListedChannel, Workspace } from "../api/types";
import { WritingPlace } from "../conversation/WritingPlace";
import type { Unseen } from "../conversation/lines";
import { add } from "../files/uploads";
import { useDrop } from "../files/useDrop";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { complain, notify } from "../ui/notices";
import { LeftOver } from "./LeftOver";
import { Replies } from "./Replies";
import { UNKNOWN } from "./thread";
import { follow, lookInto, threadOf, useThreads } from "./threads";

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  /** What the channel is called. */
  name: string;
  threadId: string;
  targetId: string | undefined;
  onClose: () => void;
}

export function ThreadPanel({ workspace, channel, name, threadId, targetId, onClose }: Props) {
  const thread = useThreads((state) => state.held[threadId] ?? UNKNOWN);
  const { hasFailed, open, unseen } = useOpening(threadId);
  const { root, isFollowing } = thread;
  const words = text.threads;
  const { isOver, ...dropping } = useDrop(channel.isMember && !channel.isArchived && root !== null, (files) => {
    const refusal = add(channel.id, threadId, files);
    if (refusal) notify(refusal, true);
  });
  return (
    <aside className="panel thread drop-place" aria-label={words.thread} data-testid="thread" {...dropping}>
      {isOver && <p className="drop-sign">{text.files.drop(words.thread)}</p>}
      <header className="panel-head">
        <h2 className="clip">
          {words.thread} <small>{words.in(name)}</small>
        </h2>
        {root && channel.isMember && (
          <IconButton
            icon={isFollowing ? "bell" : "bellOff"}
            label={isFollowing ? words.unfollow : words.follow}
            side="bottom"
            aria-pressed={isFollowing}
            onClick={() => void follow(threadId, !isFollowing).catch(complain)}
          />
        )}
        <IconButton icon="close" label={text.close} side="left" onClick={onClose} />
      </header>
      {hasFailed && !root ? (
        <div className="beginning" role="alert">
          <p>{words.gone}</p>
          <button type="button" className="button" onClick={open}>
            {text.tryAgain}
          </button>
        </div>
      ) : (
        <Replies workspace={workspace} channel={channel} thread={thread} unseen={unseen} targetId={targetId} />
      )}
      {root?.isDeleted && channel.isMember && <LeftOver channelId={channel.id} threadId={threadId} />}
      {root && !root.isDeleted && channel.isMember && <WritingPlace channel={channel} name={name} threadId={threadId} />}
    </aside>
  );
}

/** Opens it, and then knows what was unread. */
function useOpening(threadId: string) {
  const [hasFailed, setFailed] = useState(false);
  const [unseen, setUnseen] = useState<Unseen | null>(null);
  const open = useCallback(() => {
    setFailed(false);
    void lookInto(threadId).then(
      () => {
        const { replies, lastReadSeq } = threadOf(threadId);
        setUnseen({ after: lastReadSeq, until: replies.messages.at(-1)?.seq ?? 0 });
      },
      () => setFailed(true),
    );
  }, [threadId]);
  useEffect(open, [open]);
  return { hasFailed, open, unseen };
}
