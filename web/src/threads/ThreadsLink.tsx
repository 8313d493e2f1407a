/** Above the channels: the threads one follows, with what is unread in them. */
import type { ListedChannel } from "../api/types";
import { THREADS } from "../location";
import { CAP } from "../reading/counts";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { useFollowed } from "./followed";

interface Props {
  workspaceId: string;
  channels: readonly ListedChannel[];
  isActive: boolean;
}

export function ThreadsLink({ workspaceId, channels, isActive }: Props) {
  const threads = useFollowed(channels)?.threads ?? [];
  const unread = threads.reduce((sum, thread) => sum + thread.unread, 0);
  const shown = unread >= CAP ? `${CAP - 1}+` : String(unread);
  return (
    <a
      className="channel-link"
      href={`#/${workspaceId}/${THREADS}`}
      aria-current={isActive ? "page" : undefined}
      data-unread={unread > 0 || undefined}
      data-testid="threads-link"
    >
      <Icon name="thread" size={16} />
      <span className="clip">{text.threads.title}</span>
      {unread > 0 && (
        <span
          className="badge"
          data-urgent={threads.some(({ mentions }) => mentions > 0) || undefined}
          aria-label={text.channels.unread(shown)}
        >
          {shown}
        </span>
      )}
    </a>
  );
}
