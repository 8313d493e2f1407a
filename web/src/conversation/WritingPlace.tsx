/** Where one writes in a channel, or why one does not. */
import type { ListedChannel } from "../api/types";
import { text } from "../text";
import { Composer } from "./Composer";
import { useRights } from "./pace";

interface Props {
  channel: ListedChannel;
  name: string;
  /** Replies to this thread are written. */
  threadId?: string;
}

export function WritingPlace({ channel, name, threadId }: Props) {
  const rights = useRights(channel);
  const reason = whyNot(channel, rights, threadId ? "reply" : "post");
  if (reason) {
    return (
      <p className="conversation-closed" data-testid="closed">
        {reason}
      </p>
    );
  }
  const mayPost = rights?.mine.includes("post") ?? true;
  return (
    <>
      {!threadId && (channel.slowModeSeconds ?? 0) > 0 && (
        <p className="slow-mode">{text.moderation.slowMode(text.moderation.pause(channel.slowModeSeconds ?? 0))}</p>
      )}
      <Composer
        key={threadId}
        workspaceId={channel.workspaceId}
        channelId={channel.id}
        label={threadId ? text.threads.write : text.conversation.write(name)}
        {...(threadId ? { threadId, ...(mayPost ? { alsoTo: name } : {}) } : {})}
      />
    </>
  );
}

function whyNot(
  channel: ListedChannel,
  rights: ReturnType<typeof useRights>,
  needed: "post" | "reply",
): string | undefined {
  const words = text.moderation;
  if (channel.isArchived) return text.channels.archived;
  if (rights?.isSilenced) {
    const until = rights.silencedUntil;
    return until ? words.silencedUntil(text.moment(new Date(until))) : words.silenced;
  }
  if (rights?.mine.includes(needed) === false)
    return needed === "post" ? text.channels.announcement : words.mayNotReply;
  return undefined;
}
