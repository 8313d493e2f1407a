/** Bringing a workspace's things from elsewhere, for admins; taking them along, for owners. */
import { Tabs } from "radix-ui";

import type { Workspace } from "../api/types";
import { text } from "../text";
import { Modal } from "../ui/Modal";
import { ExportPanel } from "./ExportPanel";
import { ImportPanel } from "./ImportPanel";

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function TransfersDialog({ workspace, isOpen, onClose }: Props) {
  const words = text.transfers;
  return (
    <Modal title={words.title} isOpen={isOpen} onClose={onClose} isWide>
      <Tabs.Root defaultValue="imports">
        {workspace.role === "owner" && (
          <Tabs.List className="tabs" aria-label={words.title}>
            <Tabs.Trigger className="tab" value="imports">
              {words.imports}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="exports">
              {words.exports}
            </Tabs.Trigger>
          </Tabs.List>
        )}
        <Tabs.Content value="imports">
          <ImportPanel workspaceId={workspace.id} />
        </Tabs.Content>
        <Tabs.Content value="exports">
          <ExportPanel workspaceId={workspace.id} />
        </Tabs.Content>
      </Tabs.Root>
    </Modal>
  );
}
