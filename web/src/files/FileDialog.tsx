/** A file, large: what was made of it to be looked at, its links and versions, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Tabs } from "radix-ui";

import type { StoredFile } from "../api/files";
import { listWorkspaces } from "../api/routes";
import { keys } from "../live/queries";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { Modal } from "../ui/Modal";
import { useMyId } from "../workspaces/people";
import { Conversions } from "./Conversions";
import { FileChanges } from "./FileChanges";
import { FileView } from "./FileView";
import { download } from "./Files";
import { LinkSection } from "./LinkSection";
import { VersionSection } from "./VersionSection";
import { type FileRights, rightsTo } from "./rights";

export function FileDialog({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const rights = useRights(file);
  const words = text.files;
  return (
    <Modal title={file.filename} description={words.size(file.size)} isOpen onClose={onClose} isWide>
      <Tabs.Root className="file-sections" defaultValue="preview">
        <Tabs.List className="tabs" aria-label={file.filename}>
          {(["preview", "links", "versions"] as const).map((name) => (
            <Tabs.Trigger key={name} className="tab" value={name}>
              {words.sections[name]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="preview">
          <FileView file={file} />
          <Conversions file={file} />
        </Tabs.Content>
        <Tabs.Content value="links">
          <LinkSection file={file} canShare={rights.share} />
        </Tabs.Content>
        <Tabs.Content value="versions">
          <VersionSection file={file} canChange={rights.change} />
        </Tabs.Content>
      </Tabs.Root>
      <div className="buttons">
        {rights.change && <FileChanges file={file} onGone={onClose} />}
        <button type="button" className="button button-primary" onClick={() => download(file)}>
          <Icon name="down" size={16} /> {words.downloadIt}
        </button>
      </div>
    </Modal>
  );
}

function useRights(file: StoredFile): FileRights {
  const workspaces = useQuery({ queryKey: keys.workspaces(), queryFn: listWorkspaces }).data ?? [];
  const role = workspaces.find(({ id }) => id === file.workspaceId)?.role;
  return rightsTo(file, useMyId(), role);
}
