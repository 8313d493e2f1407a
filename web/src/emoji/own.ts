/** The emoji that a workspace made for itself. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { type OwnEmoji, listEmoji } from "../api/emoji";
import { keys } from "../live/queries";

const NONE: readonly OwnEmoji[] = [];
const REACTION = /^:([a-z0-9_+-]{1,50}):$/;

export function useOwnEmoji(workspaceId: string): readonly OwnEmoji[] {
  const listed = useQuery({
    queryKey: keys.emoji(workspaceId),
    queryFn: () => listEmoji(workspaceId),
    enabled: workspaceId !== "",
    staleTime: Infinity,
  });
  return listed.data ?? NONE;
}

export function useEmojiNamed(workspaceId: string, name: string): OwnEmoji | undefined {
  const own = useOwnEmoji(workspaceId);
  return useMemo(() => own.find((each) => each.name === name), [own, name]);
}

/** The name within `:name:`; null for an emoji of Unicode. */
export const nameIn = (reaction: string) => REACTION.exec(reaction)?.[1] ?? null;
