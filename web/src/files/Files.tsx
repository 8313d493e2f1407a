/** The files of a message: images by what was made of them, everything else by name, each opened by a press. */
import { useState } from "react";

import { type StoredFile, addressOfFile } from "../api/files";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { complain } from "../ui/notices";
import { FileDialog } from "./FileDialog";
import { type Attached, ORIGINAL, filesIn, refusalOf, sizeOf } from "./file";
import { useAddress, useFile, usePercent } from "./known";

const WIDEST = 360;
const HIGHEST = 260;

export function Files({ attachments }: { attachments: readonly unknown[] | undefined }) {
  const attached = filesIn(attachments);
  if (attached.length === 0) return null;
  return (
    <div className="files">
      {attached.map((each) => (
        <AttachedFile key={each.fileId} attached={each} />
      ))}
    </div>
  );
}

function AttachedFile({ attached }: { attached: Attached }) {
  const file = useFile(attached.fileId);
  const [isOpen, setOpen] = useState(false);
  const words = text.files;
  if (!file) return <p className="file file-none">{file === null ? words.unavailable(attached.name) : `${text.loading}…`}</p>;
  if (file.status !== "clean") return <Unfinished file={file} />;
  const open = () => setOpen(true);
  return (
    <>
      {file.thumbnail ? <Thumbnail file={file} onOpen={open} /> : <Card file={file} onOpen={open} />}
      {isOpen && <FileDialog file={file} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Only who uploaded it sees this. */
export function Unfinished({ file }: { file: StoredFile }) {
  const percent = usePercent(file.id, "scan");
  return (
    <p className="file" data-testid="file" data-state={file.status}>
      <Icon name="file" size={20} />
      <span className="file-main">
        <strong className="clip">{file.filename}</strong>
        <small role="status">{refusalOf(file) ?? (percent ? text.files.scanned(percent) : text.files.scanning)}</small>
      </span>
    </p>
  );
}

function Thumbnail({ file, onOpen }: { file: StoredFile; onOpen: () => void }) {
  const address = useAddress(file, "thumbnail");
  const { width, height } = sizeOf(file, WIDEST, HIGHEST);
  return (
    <button
      type="button"
      className="file-thumbnail"
      aria-label={text.files.open(file.filename)}
      data-testid="file"
      data-state="clean"
      onClick={onOpen}
    >
      <img src={address} width={width} height={height} alt={file.filename} loading="lazy" />
      {!file.mimeType.startsWith("image/") && (
        <span className="file-caption clip">
          {file.filename} {file.pages && <small>{text.files.pages(file.pages)}</small>}
        </span>
      )}
    </button>
  );
}

function Card({ file, onOpen }: { file: StoredFile; onOpen: () => void }) {
  return (
    <div className="file" data-testid="file" data-state="clean">
      <Icon name="file" size={20} />
      <span className="file-main">
        <button type="button" className="link clip" title={file.filename} onClick={onOpen}>
          {file.filename}
        </button>
        <small>{text.files.size(file.size)}</small>
      </span>
      <IconButton icon="down" label={text.files.download(file.filename)} onClick={() => download(file)} />
    </div>
  );
}

/** The address is asked for at the moment: rights may have gone since the message was shown. */
export function download({ id }: StoredFile, variant = ORIGINAL, version?: number): void {
  addressOfFile(id, variant, "attachment", version).then((url) => window.location.assign(url), complain);
}
