/** The groups of a workspace, who are mentioned by one name. */
import { useQuery } from "@tanstack/react-query";

import { type Group, listGroups } from "../api/emoji";
import { keys } from "../live/queries";

const NONE: readonly Group[] = [];

export function useGroups(workspaceId: string): readonly Group[] {
  const listed = useQuery({
    queryKey: keys.groups(workspaceId),
    queryFn: () => listGroups(workspaceId),
    enabled: workspaceId !== "",
    staleTime: Infinity,
  });
  return listed.data ?? NONE;
}
