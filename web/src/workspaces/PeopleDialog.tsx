/** The members of a workspace and, for admins, its invitations. */
import { Tabs } from "radix-ui";
import { useEffect, useState } from "react";

import { changeRole, openDirect, removeMember } from "../api/routes";
import type { Role, Workspace, WorkspaceMember } from "../api/types";
import { goToChannel, listOwn } from "../channels/CreateChannelDialog";
import { keys, outdated } from "../live/queries";
import { PresenceDot } from "../presence/PresenceDot";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Face } from "../ui/Face";
import { IconButton } from "../ui/IconButton";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";
import { SearchField } from "../ui/SearchField";
import { useStillHere } from "../ui/stillHere";
import { InvitationList } from "./InvitationList";
import { useMembers, useMyId } from "./people";
import { ROLES, isAdmin } from "./roles";

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function PeopleDialog({ workspace, isOpen, onClose }: Props) {
  return (
    <Modal title={text.people.title} isOpen={isOpen} onClose={onClose} isWide>
      <Tabs.Root defaultValue="members">
        {isAdmin(workspace.role) && (
          <Tabs.List className="tabs" aria-label={text.people.title}>
            <Tabs.Trigger className="tab" value="members">
              {text.people.members}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="invitations">
              {text.people.invitations}
            </Tabs.Trigger>
          </Tabs.List>
        )}
        <Tabs.Content value="members">
          <MemberList workspace={workspace} onClose={onClose} />
        </Tabs.Content>
        <Tabs.Content value="invitations">
          <InvitationList workspaceId={workspace.id} />
        </Tabs.Content>
      </Tabs.Root>
    </Modal>
  );
}

function MemberList({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const [search, setSearch] = useState("");
  const members = useMembers(workspace.id);
  useEffect(() => outdated(keys.members(workspace.id)), [workspace.id]);
  const wanted = search.trim().toLowerCase();
  const found = members.filter((member) => `${member.name} ${member.email}`.toLowerCase().includes(wanted));
  return (
    <>
      <SearchField label={text.people.search} value={search} onChange={setSearch} />
      <p className="field-hint">{text.people.count(members.length)}</p>
      <ul className="rows rows-tall" aria-label={text.people.members}>
        {found.map((member) => (
          <MemberRow key={member.userId} workspace={workspace} member={member} onClose={onClose} />
        ))}
      </ul>
      {found.length === 0 && <p className="quiet">{text.people.none}</p>}
    </>
  );
}

interface RowProps {
  workspace: Workspace;
  member: WorkspaceMember;
  onClose: () => void;
}

function MemberRow({ workspace, member, onClose }: RowProps) {
  const [isRemoving, setRemoving] = useState(false);
  const isStillHere = useStillHere();
  const isMe = useMyId() === member.userId;
  const mayManage = isAdmin(workspace.role) && !isMe && member.role !== "owner";
  const attempt = (work: () => Promise<unknown>) => work().then(() => outdated(keys.members(workspace.id)), complain);
  const write = async () => {
    const channel = await openDirect(workspace.id, [member.userId]);
    listOwn(channel);
    if (!isStillHere()) return;
    goToChannel(channel);
    onClose();
  };
  return (
    <li className="row" data-testid="member" data-user-id={member.userId}>
      <span className="face-with-dot">
        <Face id={member.userId} name={member.name} avatarUrl={member.avatarUrl} />
        <PresenceDot userId={member.userId} />
      </span>
      <span className="row-main">
        <strong className="clip">
          {member.name}
          {isMe && ` (${text.people.you})`}
        </strong>
        <small className="clip">{member.email}</small>
      </span>
      {mayManage ? (
        <select
          className="input input-small"
          aria-label={text.people.roleOf(member.name)}
          value={member.role}
          onChange={(event) => void attempt(() => changeRole(workspace.id, member.userId, event.target.value as Role))}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {text.people.roles[role]}
            </option>
          ))}
        </select>
      ) : (
        <span className="tag">{text.people.roles[member.role]}</span>
      )}
      {!isMe && (
        <IconButton
          icon="compose"
          label={text.people.message(member.name)}
          onClick={() => void write().catch(complain)}
        />
      )}
      {mayManage && (
        <IconButton icon="trash" label={text.people.remove(member.name)} onClick={() => setRemoving(true)} />
      )}
      <Confirm
        title={text.people.removeTitle(member.name)}
        description={text.people.removeBody}
        action={text.people.removeConfirm}
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        onConfirm={() => void attempt(() => removeMember(workspace.id, member.userId))}
      />
    </li>
  );
}
