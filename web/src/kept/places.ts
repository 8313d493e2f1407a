/** Where a conversation is, of those this browser has listed. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { listWorkspaces } from "../api/routes";
import type { ListedChannel } from "../api/types";
import { channelsQuery } from "../channels/listed";
import { keys, queries } from "../live/queries";
import { goTo, openLink } from "../location";
import { text } from "../text";
import { useHere } from "../workspaces/here";
import { useMyId, usePeople, titleOf } from "../workspaces/people";

export function channelOf(channelId: string | null): ListedChannel | undefined {
  return queries
    .getQueriesData<ListedChannel[]>({ queryKey: ["channels"] })
    .flatMap(([, list]) => list ?? [])
    .find((channel) => channel.id === channelId);
}

const changed = (listener: () => void) =>
  queries.getQueryCache().subscribe(({ query }) => query.queryKey[0] === "channels" && listener());

/** As `channelOf`, told anew when it comes into the lists, changes or leaves them. */
export function useChannel(channelId: string | null): ListedChannel | undefined {
  return useSyncExternalStore(changed, () => channelOf(channelId));
}

const sought = new Set<string>();

/** A channel that was made after the list was fetched is looked for in a new one, once. */
export function seek(workspaceId: string, channelId: string): void {
  const key = keys.channels(workspaceId);
  if (sought.has(channelId) || !queries.getQueryData(key)) return;
  sought.add(channelId);
  void queries.fetchQuery({ ...channelsQuery(workspaceId), staleTime: 0 }).catch(() => undefined);
}

/** What it is called, empty if it is not known here: what is not listed may not be named. */
export function useTitleOf(channelId: string | null): string {
  const channel = useChannel(channelId);
  const people = usePeople(channel?.workspaceId ?? "");
  const myId = useMyId();
  return channel ? titleOf(channel, people, myId) : "";
}

/** Its title, with its workspace if that is another one than is shown. */
export function useWhere(channelId: string | null): string {
  const title = useTitleOf(channelId);
  const channel = useChannel(channelId);
  const here = useHere();
  const workspaces = useWorkspaces(true);
  const other = channel && channel.workspaceId !== here && workspaces.find(({ id }) => id === channel.workspaceId);
  return other ? text.kept.inWorkspace(title, other.name) : title;
}

/** The channels of all workspaces: what is kept may be of any of them. */
export function useChannelsEverywhere(isNeeded: boolean): void {
  const workspaces = useWorkspaces(isNeeded);
  useQueries({
    queries: workspaces.map(({ id }) => ({ ...channelsQuery(id), enabled: isNeeded })),
  });
}

function useWorkspaces(isNeeded: boolean) {
  return useQuery({ queryKey: keys.workspaces(), queryFn: listWorkspaces, enabled: isNeeded }).data ?? [];
}

export function goToMessage(channelId: string, messageId?: string): void {
  const channel = channelOf(channelId);
  if (channel) goTo(channel.workspaceId, channelId, ...(messageId ? [messageId] : []));
  else if (messageId) openLink(channelId, messageId);
}
