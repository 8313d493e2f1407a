/** The signed-in page: workspaces, channels, the conversation. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { listOwnChannels } from "../api/routes";
import type { ListedChannel, Workspace } from "../api/types";
import { Sidebar } from "../channels/Sidebar";
import { channelsQuery } from "../channels/listed";
import { Conversation } from "../conversation/Conversation";
import { ConnectionBanner } from "../live/ConnectionBanner";
import { keys } from "../live/queries";
import { THREADS, goTo, usePlace } from "../location";
import { totals } from "../reading/badges";
import { noticeChannel, useReading } from "../reading/unread";
import { text } from "../text";
import { ThreadsView } from "../threads/ThreadsView";
import { isNarrow } from "../ui/narrow";
import { Here } from "./here";
import { Rail } from "./Rail";
import { useMembers, usePresenceOf } from "./people";

const NONE: readonly ListedChannel[] = [];

export function Workbench({ workspaces }: { workspaces: readonly Workspace[] }) {
  const { workspaceId, channelId, threadId, messageId } = usePlace();
  const workspace = workspaces.find((entry) => entry.id === workspaceId);
  useEffect(() => {
    if (!workspaceId && workspaces[0]) goTo(workspaces[0].id);
  }, [workspaceId, workspaces]);
  useTitle(workspace?.name);
  return (
    <div className="workbench" data-place={channelId ? "channel" : "list"}>
      <ConnectionBanner />
      <Rail workspaces={workspaces} activeId={workspaceId} />
      {workspace ? (
        <Inside key={workspace.id} workspace={workspace} channelId={channelId} threadId={threadId} messageId={messageId} />
      ) : (
        <Nowhere isKnown={!workspaceId} />
      )}
    </div>
  );
}

interface InsideProps {
  workspace: Workspace;
  channelId: string | undefined;
  threadId: string | undefined;
  messageId: string | undefined;
}

function Inside({ workspace, channelId, threadId, messageId }: InsideProps) {
  const query = useChannelsSoon(workspace.id);
  const channels = query.data ?? NONE;
  usePresenceOf(useMembers(workspace.id));
  useEffect(() => {
    for (const channel of channels) if (channel.isMember) noticeChannel(channel.id, workspace.id);
  }, [channels, workspace.id]);
  useEffect(() => {
    const first =
      channels.find((channel) => channel.isMember && channel.isDefault) ?? channels.find((channel) => channel.isMember);
    if (!channelId && first && !isNarrow()) goTo(workspace.id, first.id);
  }, [channels, channelId, workspace.id]);
  const channel = channels.find((entry) => entry.id === channelId);
  return (
    <Here value={workspace.id}>
      <Sidebar workspace={workspace} channels={channels} activeId={channelId} isLoading={query.isPending} />
      {channelId === THREADS ? (
        <ThreadsView workspace={workspace} channels={channels} />
      ) : channel ? (
        <Conversation
          key={channel.id}
          workspace={workspace}
          channel={channel}
          threadId={threadId}
          messageId={messageId}
        />
      ) : (
        <Pick isGone={channelId !== undefined && query.isSuccess && !query.isFetching} />
      )}
    </Here>
  );
}

/** All channels; until they have come, one's own, which are few and come at once. */
function useChannelsSoon(workspaceId: string) {
  const own = useQuery({
    queryKey: keys.ownChannels(workspaceId),
    queryFn: () => listOwnChannels(workspaceId),
    staleTime: Infinity,
  });
  return useQuery({
    ...channelsQuery(workspaceId),
    enabled: own.isFetched,
    placeholderData: () => own.data,
  });
}

function Pick({ isGone }: { isGone: boolean }) {
  return (
    <main className="conversation">
      <div className="empty">
        <h2>{isGone ? text.channels.gone : text.channels.pickTitle}</h2>
        <p>{text.channels.pickBody}</p>
      </div>
    </main>
  );
}

function Nowhere({ isKnown }: { isKnown: boolean }) {
  if (isKnown) return null;
  return (
    <main className="conversation conversation-alone">
      <div className="empty">
        <p>{text.workspace.notYours}</p>
        <a className="button button-primary" href="#/">
          {text.workspace.toFirst}
        </a>
      </div>
    </main>
  );
}

function useTitle(name: string | undefined): void {
  const sign = useReading((state) => {
    const { hasUnread, mentions } = totals(state);
    return mentions > 0 ? `(${mentions}) ` : hasUnread ? "• " : "";
  });
  useEffect(() => {
    document.title = `${sign}${name ? `${name} – ` : ""}${text.product}`;
  }, [name, sign]);
}
