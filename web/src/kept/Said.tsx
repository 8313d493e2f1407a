/** What a message says, in one line: whom and what it names by their names. */
import { decoded, useNames } from "../mentioning/names";
import { useChannel } from "./places";

export function Said({ channelId, content }: { channelId: string; content: string }) {
  const names = useNames(useChannel(channelId)?.workspaceId ?? "");
  return <span className="clip">{decoded(content, names)}</span>;
}
