/** The members of a workspace by id, and what to call them. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { listMembers } from "../api/routes";
import type { Channel, WorkspaceMember } from "../api/types";
import { keys } from "../live/queries";
import { fetchPresence } from "../presence/presence";
import { useSession } from "../session/session";
import { text } from "../text";
import { Asking, type Others, askFor, useOthers } from "./others";

export type People = ReadonlyMap<string, WorkspaceMember>;

const SOON_MS = 3_000;
const AGAIN_MS = 60_000;
const NOBODY: readonly WorkspaceMember[] = [];

/** Also those who are a name only, because they were removed or an import brought what they wrote; nobody of an unnamed
 * workspace. */
function useEverybody(workspaceId: string): readonly WorkspaceMember[] {
  const isKnown = workspaceId !== "";
  const query = { queryKey: keys.members(workspaceId), queryFn: () => listMembers(workspaceId), enabled: isKnown };
  return useQuery(query).data ?? NOBODY;
}

export function useMembers(workspaceId: string): readonly WorkspaceMember[] {
  const everybody = useEverybody(workspaceId);
  return useMemo(() => everybody.filter(isActive), [everybody]);
}

export const isActive = (member: WorkspaceMember) => member.status === "active";

/** Whoever is looked up and not among them is asked for, and is there a moment later. */
export function usePeople(workspaceId: string): People {
  const members = useEverybody(workspaceId);
  const others = useOthers(workspaceId);
  return useMemo(() => peopleOf(workspaceId, members, others), [workspaceId, members, others]);
}

export function peopleOf(workspaceId: string, members: readonly WorkspaceMember[], others: Others): People {
  const known = [...knownOf(others), ...members].map((member) => [member.userId, member] as const);
  return members.length > 0 ? new Asking(known, (id) => askFor(workspaceId, id)) : new Map(known);
}

/** Those of them who are members, or were. */
export const knownOf = (others: Others) => [...others.values()].flatMap(({ member }) => member ?? []);

/** Changes arrive live, but the memory of them is short: what was lost on the way is made up for by asking. */
export function usePresenceOf(members: readonly WorkspaceMember[]): void {
  const ids = members
    .map((member) => member.userId)
    .sort()
    .join(",");
  useEffect(() => {
    if (!ids) return;
    const ask = () =>
      void (document.visibilityState === "visible" && fetchPresence(ids.split(",")).catch(() => undefined));
    ask();
    // Somebody who has just joined is not known everywhere at once.
    const soon = setTimeout(ask, SOON_MS);
    const timer = setInterval(ask, AGAIN_MS);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [ids]);
}

export function useMyId(): string {
  return useSession((state) => state.session?.user.id ?? "");
}

export function nameOf(people: People, userId: string): string {
  return people.get(userId)?.name ?? text.people.unknown;
}

export function othersIn(channel: Channel, myId: string): string[] {
  return (channel.memberIds ?? []).filter((id) => id !== myId);
}

export const isDirect = (channel: Channel) => channel.type === "direct" || channel.type === "group";

/** What a channel is called: its name, or the names of the others. */
export function titleOf(channel: Channel, people: People, myId: string): string {
  if (!isDirect(channel)) return channel.name ?? "";
  const others = othersIn(channel, myId);
  if (others.length === 0) return text.channels.you(nameOf(people, myId));
  return others.map((id) => nameOf(people, id)).join(", ");
}
