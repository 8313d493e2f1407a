/** The workspaces one belongs to, and oneself. */
import { useState } from "react";

import type { Workspace } from "../api/types";
import { MyMenu } from "../presence/MyMenu";
import { totals } from "../reading/badges";
import { useReading } from "../reading/unread";
import { text } from "../text";
import { initials } from "../ui/Face";
import { Hint } from "../ui/Hint";
import { IconButton } from "../ui/IconButton";
import { Modal } from "../ui/Modal";
import { WorkspaceForm } from "./WorkspaceForm";

export function Rail({ workspaces, activeId }: { workspaces: readonly Workspace[]; activeId: string | undefined }) {
  const [isCreating, setCreating] = useState(false);
  return (
    <nav className="rail" aria-label={text.workspace.list}>
      <ul className="rail-list">
        {workspaces.map((workspace) => (
          <li key={workspace.id}>
            <Tile workspace={workspace} isActive={workspace.id === activeId} />
          </li>
        ))}
        <li>
          <IconButton
            icon="plus"
            side="right"
            className="rail-add"
            label={text.workspace.add}
            onClick={() => setCreating(true)}
          />
        </li>
      </ul>
      <MyMenu />
      <Modal
        title={text.workspace.add}
        description={text.workspace.firstBody}
        isOpen={isCreating}
        onClose={() => setCreating(false)}
      >
        <WorkspaceForm onDone={() => setCreating(false)} />
      </Modal>
    </nav>
  );
}

function Tile({ workspace, isActive }: { workspace: Workspace; isActive: boolean }) {
  const hasUnread = useReading((state) => totals(state, workspace.id).hasUnread);
  const label = hasUnread && !isActive ? text.workspace.unread(workspace.name) : workspace.name;
  return (
    <Hint label={workspace.name} side="right">
      <a
        className="tile"
        href={`#/${workspace.id}`}
        aria-label={label}
        aria-current={isActive ? "page" : undefined}
        data-unread={(hasUnread && !isActive) || undefined}
      >
        {initials(workspace.name)}
      </a>
    </Hint>
  );
}
