/** What there is to know about a channel: people, pins, figures. */
import { useQuery } from "@tanstack/react-query";
import { Tabs } from "radix-ui";
import { useState } from "react";

import { rightsInChannel } from "../api/administration";
import { channelInfo, leaveChannel } from "../api/routes";
import type { ChannelInfo, ListedChannel, Workspace } from "../api/types";
import { forgetConversation } from "../conversation/conversations";
import { ChannelFiles } from "../files/ChannelFiles";
import { keys, outdated } from "../live/queries";
import { goTo, place } from "../location";
import { Integrations } from "../programs/Integrations";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { isNarrow } from "../ui/narrow";
import { complain } from "../ui/notices";
import { isDirect, useMyId } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import { ChannelMembers } from "./ChannelMembers";
import { ChannelSettings } from "./ChannelSettings";
import { Pins } from "./Pins";

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  title: string;
  onClose: () => void;
}

export function ChannelPanel({ workspace, channel, title, onClose }: Props) {
  const info = useQuery({ queryKey: keys.info(channel.id), queryFn: () => channelInfo(channel.id) }).data;
  const words = text.panel;
  const myId = useMyId();
  const isChannelAdmin = isAdmin(info?.members.find((member) => member.userId === myId)?.role);
  const rights = useQuery({ queryKey: keys.rights(channel.id), queryFn: () => rightsInChannel(channel.id) }).data;
  const mayPin = channel.isMember && (rights?.mine.includes("pin") ?? false);
  const manages =
    !isDirect(channel) &&
    (isAdmin(workspace.role) || channel.isMember) &&
    (rights?.mine.includes("manage") ?? false);
  return (
    <aside ref={focus} className="panel" aria-label={words.open} tabIndex={-1}>
      <header className="panel-head">
        <h2 className="clip">{title}</h2>
        <IconButton icon="close" label={text.close} side="left" onClick={onClose} />
      </header>
      <Tabs.Root defaultValue="members" className="panel-body">
        <Tabs.List className="tabs" aria-label={words.open}>
          <Tabs.Trigger className="tab" value="members">
            {words.members}
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="pins">
            {words.pins}
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="files">
            {text.files.ofChannel}
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="about">
            {words.about}
          </Tabs.Trigger>
          {manages && !channel.isArchived && (
            <Tabs.Trigger className="tab" value="integrations">
              {text.programs.hooks}
            </Tabs.Trigger>
          )}
          {manages && (
            <Tabs.Trigger className="tab" value="settings">
              {text.administration.channel.tab}
            </Tabs.Trigger>
          )}
        </Tabs.List>
        <Tabs.Content value="members">
          {info && (
            <ChannelMembers
              workspace={workspace}
              channel={channel}
              members={info.members}
              manages={manages}
              mayAdd={!channel.isArchived && (rights?.mine.includes("inviteToChannel") ?? false)}
            />
          )}
        </Tabs.Content>
        <Tabs.Content value="pins">
          {info && (
            <Pins
              messages={info.pinnedMessages}
              workspaceId={workspace.id}
              mayPin={!channel.isArchived && mayPin}
              onLeave={() => isNarrow() && onClose()}
            />
          )}
        </Tabs.Content>
        <Tabs.Content value="files">
          <ChannelFiles channelId={channel.id} />
        </Tabs.Content>
        {manages && !channel.isArchived && (
          <Tabs.Content value="integrations">
            <Integrations channelId={channel.id} />
          </Tabs.Content>
        )}
        {manages && info && (
          <Tabs.Content value="settings">
            <ChannelSettings
              workspace={workspace}
              channel={channel}
              known={info.channel}
              isChannelAdmin={isChannelAdmin}
            />
          </Tabs.Content>
        )}
        <Tabs.Content value="about">{info && <About info={info} channel={channel} title={title} />}</Tabs.Content>
      </Tabs.Root>
    </aside>
  );
}

/** Whoever has only keys would come to it behind all messages. */
const focus = (panel: HTMLElement | null) => panel?.focus();

function About({ info, channel, title }: { info: ChannelInfo; channel: ListedChannel; title: string }) {
  const [isLeaving, setLeaving] = useState(false);
  const { statistics } = info;
  const words = text.panel;
  async function leave() {
    await leaveChannel(channel.id);
    forgetConversation(channel.id);
    outdated(keys.channels(channel.workspaceId));
    if (place().channelId === channel.id) goTo(channel.workspaceId);
  }
  return (
    <>
      {!isDirect(channel) && <p className="panel-description">{info.channel.description || words.noDescription}</p>}
      <dl className="figures">
        <Figure label={words.total} value={statistics.totalMessages.toLocaleString()} />
        <Figure label={words.active} value={statistics.activeMembers.toLocaleString()} />
        <Figure
          label={words.last}
          value={statistics.lastActivity ? text.moment(new Date(statistics.lastActivity)) : words.never}
        />
        <Figure label={words.created} value={text.moment(new Date(info.channel.createdAt))} />
      </dl>
      <Confirm
        title={words.leaveTitle(title)}
        description={words.leaveBody[channel.type === "public" ? "public" : "private"]}
        action={words.leaveConfirm}
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        onConfirm={() => void leave().catch(complain)}
      />
      {channel.isMember && channel.type !== "direct" && (
        <button type="button" className="button button-danger" onClick={() => setLeaving(true)}>
          <Icon name="leave" size={16} /> {words.leave}
        </button>
      )}
    </>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
