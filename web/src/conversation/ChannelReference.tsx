/** A channel that is named in a message; one that is not ours to see stays a word. */
import { useEffect } from "react";

import { seek, useChannel, useTitleOf } from "../kept/places";
import { text } from "../text";
import { useHere } from "../workspaces/here";

export function ChannelReference({ channelId }: { channelId: string }) {
  const title = useTitleOf(channelId);
  const channel = useChannel(channelId);
  const workspaceId = useHere();
  const isKnown = channel !== undefined;
  useEffect(() => {
    if (!isKnown && workspaceId) seek(workspaceId, channelId);
  }, [isKnown, workspaceId, channelId]);
  if (!channel) return <span className="mention">#{text.conversation.aChannel}</span>;
  return (
    <a className="mention" href={`#/${channel.workspaceId}/${channelId}`}>
      #{title}
    </a>
  );
}
