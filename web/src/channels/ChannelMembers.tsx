/** Who is in a channel; people can be added and removed. */
import { useState } from "react";

import { addMembers, removeFromChannel } from "../api/routes";
import type { ChannelMember, ListedChannel, Workspace } from "../api/types";
import { keys, outdated } from "../live/queries";
import { PresenceDot } from "../presence/PresenceDot";
import { text } from "../text";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";
import { usePending } from "../ui/usePending";
import { isDirect, useMembers, useMyId } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import { PeoplePicker } from "./PeoplePicker";

const AT_ONCE = 50;

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  members: ChannelMember[];
}

export function ChannelMembers({ workspace, channel, members }: Props) {
  const [isAdding, setAdding] = useState(false);
  const myId = useMyId();
  const mayRemove =
    !isDirect(channel) && (isAdmin(workspace.role) || isAdmin(members.find((member) => member.userId === myId)?.role));
  const remove = (userId: string) =>
    removeFromChannel(channel.id, userId).then(() => outdated(keys.info(channel.id)), complain);
  return (
    <>
      {!isDirect(channel) && channel.isMember && (
        <button type="button" className="button" onClick={() => setAdding(true)}>
          <Icon name="invite" size={16} /> {text.panel.addPeople}
        </button>
      )}
      <ul className="rows" aria-label={text.panel.members}>
        {members.map((member) => (
          <li key={member.userId} className="row" data-testid="channel-member" data-user-id={member.userId}>
            <span className="face-with-dot">
              <Face id={member.userId} name={member.name} avatarUrl={member.avatarUrl} />
              <PresenceDot userId={member.userId} />
            </span>
            <span className="row-main clip">
              {member.name}
              {member.userId === myId && ` (${text.people.you})`}
            </span>
            {mayRemove && member.userId !== myId && (
              <IconButton
                icon="close"
                size={15}
                label={text.panel.removeFrom(member.name)}
                onClick={() => void remove(member.userId)}
              />
            )}
          </li>
        ))}
      </ul>
      <Modal title={text.panel.addPeople} isOpen={isAdding} onClose={() => setAdding(false)}>
        <AddForm workspace={workspace} channel={channel} members={members} onDone={() => setAdding(false)} />
      </Modal>
    </>
  );
}

function AddForm({ workspace, channel, members, onDone }: Props & { onDone: () => void }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const { isPending, problem, run } = usePending();
  const here = new Set(members.map((member) => member.userId));
  const others = useMembers(workspace.id).filter((member) => !here.has(member.userId));
  async function submit() {
    await addMembers(channel.id, chosen);
    outdated(keys.info(channel.id));
    onDone();
  }
  return (
    <form className="form" onSubmit={(event) => (event.preventDefault(), void run(submit))}>
      <PeoplePicker
        people={others}
        chosen={chosen}
        limit={AT_ONCE}
        none={text.panel.everyoneIsHere}
        onChange={setChosen}
      />
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      <button type="submit" className="button button-primary" disabled={isPending || chosen.length === 0}>
        {text.panel.add}
      </button>
    </form>
  );
}
