/** All that was shared in a channel, the newest first. */
import { useState } from "react";

import { type ListedFile, listFilesPage } from "../api/files";
import { usePages } from "../live/paging";
import { keys } from "../live/queries";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Paged } from "../ui/Paged";
import { nameOf, usePeople } from "../workspaces/people";
import { FileDialog } from "./FileDialog";
import { Unfinished, download } from "./Files";
import { useAddress, useFile } from "./known";

const filesOn = (page: { files: ListedFile[] }) => page.files;

export function ChannelFiles({ channelId }: { channelId: string }) {
  const pages = usePages(
    keys.channelFiles(channelId),
    (before: string | undefined) => listFilesPage(channelId, before),
    filesOn,
    ({ id }) => id,
  );
  return (
    <Paged pages={pages} none={text.files.noneInChannel}>
      {(files) => (
        <ul className="rows" aria-label={text.files.ofChannel}>
          {files.map((file) => (
            <Row key={file.id} file={file} />
          ))}
        </ul>
      )}
    </Paged>
  );
}

function Row({ file }: { file: ListedFile }) {
  const [isOpen, setOpen] = useState(false);
  const people = usePeople(file.workspaceId);
  const address = useAddress(file, file.thumbnail ? "thumbnail" : undefined);
  const words = text.files;
  if (file.status !== "clean")
    return (
      <li className="row" data-testid="channel-file" data-state={file.status}>
        <Unfinished file={file} />
      </li>
    );
  return (
    <li className="row" data-testid="channel-file" data-state="clean">
      {address ? <img className="file-small" src={address} alt="" loading="lazy" /> : <Icon name="file" size={20} />}
      <button type="button" className="row-main row-go" onClick={() => setOpen(true)}>
        <strong className="clip">{file.filename}</strong>
        <small className="clip">
          {words.size(file.size)} · {words.by(nameOf(people, file.uploadedBy), file.createdAt)}
        </small>
      </button>
      <IconButton icon="down" label={words.download(file.filename)} onClick={() => download(file)} />
      {isOpen && <Opened file={file} onClose={() => setOpen(false)} />}
    </li>
  );
}

/** As it is by now. */
function Opened({ file, onClose }: { file: ListedFile; onClose: () => void }) {
  return <FileDialog file={useFile(file.id) ?? file} onClose={onClose} />;
}
