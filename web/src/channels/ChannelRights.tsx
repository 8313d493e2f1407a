/** The rights that a channel gives otherwise than its workspace, and who posts in it all the same. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { isForFew, nothing } from "../administration/ranks";
import { useWorkspaceRights } from "../administration/RightsSection";
import { RightsTable } from "../administration/RightsTable";
import {
  type Decided,
  type Rank,
  type Rights,
  changeChannel,
  changeChannelRights,
  rightsInChannel,
} from "../api/administration";
import type { ListedChannel, Workspace } from "../api/types";
import { keys, outdated, queries } from "../live/queries";
import { text } from "../text";
import { Loaded } from "../ui/Loaded";
import { notify } from "../ui/notices";
import { ProblemLine } from "../ui/ProblemLine";
import { Tick } from "../ui/Tick";
import { rebased } from "../ui/typing";
import { usePending } from "../ui/usePending";
import { useMembers } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import { PeoplePicker } from "./PeoplePicker";

const MOST_POSTERS = 100;

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  isChannelAdmin: boolean;
}

export function ChannelRights({ workspace, channel, isChannelAdmin }: Props) {
  const query = useQuery({ queryKey: keys.rights(channel.id), queryFn: () => rightsInChannel(channel.id) });
  const general = useWorkspaceRights(workspace.id).data;
  const { isPending, problem, run } = usePending();
  const words = text.administration;
  const mine = isAdmin(workspace.role) ? (workspace.role as Rank) : isChannelAdmin ? "channelAdmin" : "member";
  const change = (wanted: { rights?: Decided; posters?: string[] }) =>
    void run(async () => {
      queries.setQueryData(keys.rights(channel.id), await changeChannelRights(channel.id, wanted));
      outdated(keys.channels(workspace.id));
      notify(words.saved);
    });
  const reset = (rights: Rights) =>
    void run(async () => {
      await changeChannel(channel.id, { membersMentionEveryone: null });
      const left = await changeChannelRights(channel.id, { rights: nothing(rights.said), posters: [] });
      queries.setQueryData(keys.rights(channel.id), left);
      outdated(keys.channels(workspace.id));
      notify(words.saved);
    });
  return (
    <Loaded query={query}>
      {(rights) => (
        <>
          <Tick
            label={words.channel.announcement}
            hint={words.channel.announcementHint}
            checked={isForFew(rights.said.post)}
            disabled={isPending}
            onChange={(isOn) => change({ rights: { post: isOn ? "channelAdmin" : null } })}
          />
          {isForFew(rights.rights.post) && (
            <Posters workspaceId={workspace.id} rights={rights} onSave={(posters) => change({ posters })} />
          )}
          <h3>{words.sections.rights}</h3>
          <p className="quiet">{words.rights.aboutChannel}</p>
          <RightsTable
            rights={rights}
            otherwise={(right) => general?.rights[right] ?? "member"}
            otherwiseIs={words.rights.fromWorkspace}
            mine={mine}
            isDisabled={isPending}
            onChange={(decided) => change({ rights: decided })}
          />
          <ProblemLine problem={problem} />
          <div className="buttons">
            <button type="button" className="button" disabled={isPending} onClick={() => reset(rights)}>
              {words.rights.resetChannel}
            </button>
          </div>
        </>
      )}
    </Loaded>
  );
}

function Posters({
  workspaceId,
  rights,
  onSave,
}: {
  workspaceId: string;
  rights: Rights;
  onSave: (posters: string[]) => void;
}) {
  const [chosen, setChosen] = useState<string[] | null>(null);
  const [before, setBefore] = useState<string[]>([]);
  const members = useMembers(workspaceId);
  const words = text.administration.rights;
  const names = members.filter((member) => rights.posters.includes(member.userId)).map((member) => member.name);
  return (
    <section aria-label={words.posters}>
      <h3>{words.posters}</h3>
      <p className="quiet">{names.length > 0 ? text.names(names) : words.postersHint}</p>
      {chosen === null ? (
        <button type="button" className="button" onClick={() => (setChosen(rights.posters), setBefore(rights.posters))}>
          {words.addPosters}
        </button>
      ) : (
        <>
          <PeoplePicker
            people={members}
            chosen={chosen}
            limit={MOST_POSTERS}
            none={text.people.none}
            onChange={setChosen}
          />
          <div className="buttons">
            <button type="button" className="button" onClick={() => setChosen(null)}>
              {text.cancel}
            </button>
            <button
              type="button"
              className="button"
              onClick={() => (onSave(rebased(before, chosen, rights.posters)), setChosen(null))}
            >
              {words.savePosters}
            </button>
          </div>
        </>
      )}
    </section>
  );
}
