/** The groups of a workspace: seen by all, made and changed by admins. */
import { useState } from "react";

import { type Group, removeGroup } from "../api/emoji";
import type { Workspace } from "../api/types";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";
import { nameOf, usePeople } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import { GroupForm } from "./GroupForm";
import { useGroups } from "./groups";

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function GroupsDialog({ workspace, isOpen, onClose }: Props) {
  const [edited, setEdited] = useState<Group | "new" | null>(null);
  const groups = useGroups(workspace.id);
  const mayManage = isAdmin(workspace.role);
  const words = text.groups;
  const close = () => (setEdited(null), onClose());
  return (
    <Modal title={words.title} description={words.about} isOpen={isOpen} onClose={close} isWide>
      {edited ? (
        <GroupForm workspaceId={workspace.id} group={edited === "new" ? null : edited} onDone={() => setEdited(null)} />
      ) : (
        <>
          {groups.length === 0 && <p className="quiet">{mayManage ? words.none : words.noneYours}</p>}
          <ul className="rows rows-tall" aria-label={words.title}>
            {groups.map((group) => (
              <Row
                key={group.id}
                group={group}
                workspaceId={workspace.id}
                mayManage={mayManage}
                onEdit={() => setEdited(group)}
              />
            ))}
          </ul>
          {mayManage && (
            <button type="button" className="button button-primary" onClick={() => setEdited("new")}>
              <Icon name="plus" size={16} /> {words.add}
            </button>
          )}
        </>
      )}
    </Modal>
  );
}

interface RowProps {
  group: Group;
  workspaceId: string;
  mayManage: boolean;
  onEdit: () => void;
}

function Row({ group, workspaceId, mayManage, onEdit }: RowProps) {
  const [isRemoving, setRemoving] = useState(false);
  const people = usePeople(workspaceId);
  const words = text.groups;
  const names = group.memberIds.map((id) => nameOf(people, id));
  const remove = () => removeGroup(workspaceId, group.id).then(() => outdated(keys.groups(workspaceId)), complain);
  return (
    <li className="row" data-testid="group">
      <span className="row-main">
        <strong className="clip">@{group.name}</strong>
        <small className="clip">{names.length > 0 ? text.names(names) : words.nobody}</small>
      </span>
      <span className="tag">{words.size(names.length)}</span>
      {mayManage && (
        <>
          <IconButton icon="edit" label={words.edit(group.name)} onClick={onEdit} />
          <IconButton icon="trash" label={words.remove(group.name)} onClick={() => setRemoving(true)} />
        </>
      )}
      <Confirm
        title={words.removeTitle(group.name)}
        description={words.removeBody}
        action={words.removeConfirm}
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        onConfirm={() => void remove()}
      />
    </li>
  );
}
