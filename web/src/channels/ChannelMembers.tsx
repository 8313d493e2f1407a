/** Who is in a channel; people can be added and removed. */
import { DropdownMenu } from "radix-ui";
import { useState } from "react";

import { SilenceDialog } from "../administration/SilenceDialog";
import { giveChannelRole, silence } from "../api/administration";
import { addMembers, removeFromChannel } from "../api/routes";
import type { ChannelMember, ListedChannel, Workspace } from "../api/types";
import { keys, outdated } from "../live/queries";
import { PresenceDot } from "../presence/PresenceDot";
import { text } from "../text";
import { Face } from "../ui/Face";
import { Form } from "../ui/Form";
import { Icon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { MenuEntry } from "../ui/MenuEntry";
import { Modal } from "../ui/Modal";
import { complain, notify } from "../ui/notices";
import { isDirect, useMembers, useMyId } from "../workspaces/people";
import { PeoplePicker } from "./PeoplePicker";

const AT_ONCE = 50;
const ROLES = ["admin", "member"] as const;

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  members: ChannelMember[];
  manages: boolean;
  mayAdd: boolean;
}

export function ChannelMembers({ workspace, channel, members, manages, mayAdd }: Props) {
  const [isAdding, setAdding] = useState(false);
  const myId = useMyId();
  return (
    <>
      {!isDirect(channel) && channel.isMember && mayAdd && (
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
            {member.role === "admin" && <span className="tag">{text.administration.channel.roles.admin}</span>}
            {manages && !channel.isArchived && member.userId !== myId && (
              <MemberTools workspace={workspace} channel={channel} member={member} />
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

type ToolProps = Omit<Props, "members" | "manages" | "mayAdd"> & { member: ChannelMember };

function MemberTools({ workspace, channel, member }: ToolProps) {
  const [isSilencing, setSilencing] = useState(false);
  const words = text.administration;
  const attempt = (work: Promise<unknown>) => void work.then(() => outdated(keys.info(channel.id)), complain);
  const lift = () =>
    void silence({ channelId: channel.id }, member.userId, null).then(
      () => notify(words.moderation.lifted(member.name)),
      complain,
    );
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={text.panel.manage(member.name)}>
        <Icon name="more" size={16} />
      </DropdownMenu.Trigger>
      <Menu align="end">
        <DropdownMenu.RadioGroup
          value={member.role === "admin" ? "admin" : "member"}
          aria-label={words.channel.roleOf(member.name)}
          onValueChange={(role) => attempt(giveChannelRole(channel.id, member.userId, role as "admin" | "member"))}
        >
          {ROLES.map((role) => (
            <DropdownMenu.RadioItem key={role} className="menu-item" value={role}>
              {words.channel.roles[role]}
              <DropdownMenu.ItemIndicator className="menu-check">
                <Icon name="check" size={16} />
              </DropdownMenu.ItemIndicator>
            </DropdownMenu.RadioItem>
          ))}
        </DropdownMenu.RadioGroup>
        <DropdownMenu.Separator className="menu-line" />
        <MenuEntry
          icon="muted"
          label={words.moderation.silenceNamed(member.name)}
          onSelect={() => setSilencing(true)}
        />
        <MenuEntry icon="check" label={words.moderation.lift(member.name)} onSelect={lift} />
        <MenuEntry
          icon="close"
          label={text.panel.removeFrom(member.name)}
          onSelect={() => attempt(removeFromChannel(channel.id, member.userId))}
        />
      </Menu>
      {isSilencing && (
        <SilenceDialog
          workspace={workspace}
          person={member}
          channelId={channel.id}
          onClose={() => setSilencing(false)}
        />
      )}
    </DropdownMenu.Root>
  );
}

type AddProps = Omit<Props, "manages" | "mayAdd"> & { onDone: () => void };

function AddForm({ workspace, channel, members, onDone }: AddProps) {
  const [chosen, setChosen] = useState<string[]>([]);
  const here = new Set(members.map((member) => member.userId));
  const others = useMembers(workspace.id).filter((member) => !here.has(member.userId));
  async function submit() {
    await addMembers(channel.id, chosen);
    outdated(keys.info(channel.id));
  }
  return (
    <Form submit={submit} onDone={onDone} action={text.panel.add} isReady={chosen.length > 0}>
      <PeoplePicker
        people={others}
        chosen={chosen}
        limit={AT_ONCE}
        none={text.panel.everyoneIsHere}
        onChange={setChosen}
      />
    </Form>
  );
}
