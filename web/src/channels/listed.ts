/** The channels of a workspace, as the server lists them. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { listChannels } from "../api/routes";
import type { ListedChannel } from "../api/types";
import { keys } from "../live/queries";

const NONE: readonly ListedChannel[] = [];

export const channelsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: keys.channels(workspaceId),
    queryFn: () => listChannels(workspaceId),
    enabled: workspaceId !== "",
  });

/** None until they have come. */
export function useChannels(workspaceId: string): readonly ListedChannel[] {
  return useQuery(channelsQuery(workspaceId)).data ?? NONE;
}
