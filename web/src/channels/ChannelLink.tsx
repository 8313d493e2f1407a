/** One line of the channel list. */
import { useState } from "react";
import { useShallow } from "zustand/react/shallow";

import type { ListedChannel } from "../api/types";
import { PresenceDot } from "../presence/PresenceDot";
import { BehindDialog } from "../reading/BehindDialog";
import { badgeOf } from "../reading/badges";
import { useReading } from "../reading/unread";
import { text } from "../text";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { isDirect, othersIn, titleOf, useMyId, usePeople } from "../workspaces/people";

export function ChannelLink({ channel, isActive }: { channel: ListedChannel; isActive: boolean }) {
  const people = usePeople(channel.workspaceId);
  const myId = useMyId();
  const badge = useReading(useShallow((state) => badgeOf(state, channel.id, channel.type)));
  const title = titleOf(channel, people, myId);
  const [isAsking, setAsking] = useState(false);
  return (
    <li className="channel-line">
      <a
        className="channel-link"
        href={`#/${channel.workspaceId}/${channel.id}`}
        aria-current={isActive ? "page" : undefined}
        data-unread={badge.isBold || undefined}
        data-muted={badge.isMuted || undefined}
        data-channel-id={channel.id}
      >
        <ChannelSign channel={channel} />
        <span className="clip">{title}</span>
        {badge.number && (
          <span
            className="badge"
            data-urgent={badge.isUrgent || undefined}
            data-testid="unread"
            aria-label={(badge.isUrgent ? text.channels.waiting : text.channels.unread)(badge.number)}
          >
            {badge.number}
          </span>
        )}
      </a>
      {badge.number && (
        <IconButton
          icon="info"
          size={15}
          side="right"
          className="channel-why"
          label={text.behind.why}
          onClick={() => setAsking(true)}
        />
      )}
      {isAsking && (
        <BehindDialog
          channelId={channel.id}
          workspaceId={channel.workspaceId}
          name={title}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}

export function ChannelSign({ channel, size = 16 }: { channel: ListedChannel; size?: number }) {
  const people = usePeople(channel.workspaceId);
  const myId = useMyId();
  if (!isDirect(channel)) return <Icon name={channel.type === "private" ? "lock" : "hash"} size={size} />;
  const others = othersIn(channel, myId);
  const first = others[0] ?? myId;
  if (others.length > 1) return <span className="group-sign">{others.length}</span>;
  const person = people.get(first);
  return (
    <span className="face-with-dot">
      <Face id={first} name={person?.name ?? "?"} avatarUrl={person?.avatarUrl} size="small" />
      <PresenceDot userId={first} />
    </span>
  );
}
