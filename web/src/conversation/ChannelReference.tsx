/** A channel that is named in a message; one that is not ours to see stays a word. */
import { useChannel, useTitleOf } from "../kept/places";
import { text } from "../text";

export function ChannelReference({ channelId }: { channelId: string }) {
  const title = useTitleOf(channelId);
  const channel = useChannel(channelId);
  if (!channel) return <span className="mention">#{text.conversation.aChannel}</span>;
  return (
    <a className="mention" href={`#/${channel.workspaceId}/${channelId}`}>
      #{title}
    </a>
  );
}
