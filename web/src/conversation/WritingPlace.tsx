/** Where one writes in a channel, or why one does not. */
import { useQuery } from "@tanstack/react-query";

import { channelRights } from "../api/routes";
import type { ListedChannel } from "../api/types";
import { keys } from "../live/queries";
import { text } from "../text";
import { Composer } from "./Composer";

export function WritingPlace({ channel, name }: { channel: ListedChannel; name: string }) {
  const isAnnouncement = channel.isAnnouncement ?? false;
  const rights = useQuery({
    queryKey: keys.rights(channel.id),
    queryFn: () => channelRights(channel.id),
    enabled: isAnnouncement && !channel.isArchived,
  });
  if (channel.isArchived) return <p className="conversation-closed">{text.channels.archived}</p>;
  const isForOthers = isAnnouncement && rights.data?.mine.includes("post") === false;
  if (isForOthers) return <p className="conversation-closed">{text.channels.announcement}</p>;
  return <Composer channelId={channel.id} name={name} />;
}
