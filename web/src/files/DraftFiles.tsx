/** Files that go with what is written here and were uploaded before this page, or on another device. */
import { deleteFile } from "../api/files";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { complain } from "../ui/notices";
import { type Attached, refusalOf } from "./file";
import { useFile } from "./known";

interface Props {
  files: readonly Attached[];
  onRemove: (fileId: string) => void;
}

export function DraftFiles({ files, onRemove }: Props) {
  if (files.length === 0) return null;
  return (
    <ul className="uploads" aria-label={text.files.before}>
      {files.map((attached) => (
        <Line key={attached.fileId} attached={attached} onRemove={onRemove} />
      ))}
    </ul>
  );
}

function Line({ attached: { fileId, name }, onRemove }: { attached: Attached } & Pick<Props, "onRemove">) {
  const file = useFile(fileId);
  const words = text.files;
  // What hangs elsewhere, too, stays there.
  const remove = () => {
    onRemove(fileId);
    if (file?.entityType === "draft") deleteFile(fileId).catch(complain);
  };
  return (
    <li className="upload" data-testid="draft-file">
      <Icon name="file" size={16} />
      <span className="upload-main">
        <strong className="clip">{name}</strong>
        <small>{file === null ? words.unavailable(name) : file ? (refusalOf(file) ?? words.size(file.size)) : `${text.loading}…`}</small>
      </span>
      <IconButton icon="close" size={15} label={words.remove(name)} onClick={remove} />
    </li>
  );
}
