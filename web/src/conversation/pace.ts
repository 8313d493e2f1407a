/** Slow mode as this device knows it: when one may post again, by what was posted and what the server answered. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { create } from "zustand";

import { channelRights } from "../api/routes";
import type { ListedChannel, Message } from "../api/types";
import { channelOf } from "../kept/places";
import { keys, queries } from "../live/queries";
import { current } from "../session/session";

const usePaces = create<{ until: Readonly<Record<string, number>> }>(() => ({ until: {} }));

const wait = (channelId: string, until: number) =>
  usePaces.setState((state) => ({ until: { ...state.until, [channelId]: until } }));

/** The server says how many seconds are left. */
export const hearPace = (channelId: string, seconds: number) => wait(channelId, Date.now() + seconds * 1_000);

export function hearPosted(message: Message): void {
  const seconds = channelOf(message.channelId)?.slowModeSeconds ?? 0;
  const mine = queries.getQueryData<{ mine: string[] }>(keys.rights(message.channelId))?.mine;
  // Who manages the channel need not wait.
  if (seconds > 0 && message.userId === current()?.user.id && mine && !mine.includes("manage"))
    wait(message.channelId, Date.now() + seconds * 1_000);
}

/** Whole seconds that are left, counted down; 0 if one may post, or the channel is slow no more. */
export function useSecondsLeft(channelId: string): number {
  const until = usePaces((state) => state.until[channelId] ?? 0);
  const [now, setNow] = useState(Date.now);
  const isWaiting = until > now;
  useEffect(() => {
    setNow(Date.now());
    if (until <= Date.now()) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until, isWaiting]);
  const isSlow = (channelOf(channelId)?.slowModeSeconds ?? 0) > 0;
  return isSlow && isWaiting ? Math.ceil((until - now) / 1_000) : 0;
}

const NOTHING: readonly string[] = [];

/** The rights by which one says something there; undefined until they are known. */
export function useMine(channel: ListedChannel): readonly string[] | undefined {
  const rights = useRights(channel);
  return channel.isMember && !rights?.isSilenced ? rights?.mine : NOTHING;
}

/** What one may do in a channel; asked again while one is silenced, as nobody tells when that ends. */
export function useRights(channel: ListedChannel) {
  return useQuery({
    queryKey: keys.rights(channel.id),
    queryFn: () => channelRights(channel.id),
    enabled: channel.isMember && !channel.isArchived,
    refetchInterval: (query) => (query.state.data?.isSilenced ? 20_000 : false),
  }).data;
}
