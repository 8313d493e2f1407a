/** Who may read but say nothing for a while, and how to decide that. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Silenced, listSilenced, silence } from "../api/administration";
import type { Workspace } from "../api/types";
import { useTitleOf } from "../kept/places";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain, notify } from "../ui/notices";
import { SilenceDialog } from "./SilenceDialog";

export function SilencedList({ workspace }: { workspace: Workspace }) {
  const [isAdding, setAdding] = useState(false);
  const query = useQuery({ queryKey: keys.silenced(workspace.id), queryFn: () => listSilenced(workspace.id) });
  const words = text.administration.moderation;
  return (
    <>
      <Loaded query={query} none={words.noneSilenced}>
        {(silenced) => (
          <ul className="rows" aria-label={words.silenced}>
            {silenced.map((each) => (
              <Row key={`${each.channelId ?? ""}${each.userId}`} workspaceId={workspace.id} silenced={each} />
            ))}
          </ul>
        )}
      </Loaded>
      <div className="buttons">
        <button type="button" className="button" onClick={() => setAdding(true)}>
          {words.silence}
        </button>
      </div>
      {isAdding && <SilenceDialog workspace={workspace} onClose={() => setAdding(false)} />}
    </>
  );
}

function Row({ workspaceId, silenced }: { workspaceId: string; silenced: Silenced }) {
  const title = useTitleOf(silenced.channelId);
  const words = text.administration.moderation;
  const place = silenced.channelId ? { channelId: silenced.channelId } : { workspaceId };
  const where = silenced.channelId ? title || text.administration.channelGone : words.everywhere;
  const lift = () =>
    void silence(place, silenced.userId, null).then(() => {
      notify(words.lifted(silenced.name));
      outdated(keys.silenced(workspaceId));
    }, complain);
  return (
    <li className="row" data-testid="silenced">
      <span className="row-main">
        <strong className="clip">{silenced.name}</strong>
        <small>{words.until(new Date(silenced.silencedUntil), where)}</small>
      </span>
      <IconButton icon="close" label={words.lift(silenced.name)} onClick={lift} />
    </li>
  );
}
