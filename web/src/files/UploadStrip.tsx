/** Above the composer's tools: the files that go with the message, how far each is, and what can be done with it. */
import { text } from "../text";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { type Upload, again, drop } from "./uploads";

export function UploadStrip({ uploads }: { uploads: readonly Upload[] }) {
  if (uploads.length === 0) return null;
  return (
    <ul className="uploads" aria-label={text.files.uploads}>
      {uploads.map((upload) => (
        <Line key={upload.id} upload={upload} />
      ))}
    </ul>
  );
}

function Line({ upload }: { upload: Upload }) {
  const { id, name, size, state, percent, problem } = upload;
  const words = text.files;
  return (
    <li className="upload" data-testid="upload" data-state={state}>
      <Icon name="file" size={16} />
      <span className="upload-main">
        <strong className="clip">{name}</strong>
        {state === "failed" ? (
          <small role="alert" className="problem">
            {problem}
          </small>
        ) : (
          <small>
            {words.size(size)} ·{" "}
            {state === "waiting" ? words.waiting : state === "uploaded" ? words.uploaded : words.percent(percent)}
          </small>
        )}
        {state === "uploading" && <progress max={100} value={percent} aria-label={name} />}
      </span>
      {state === "failed" && <IconButton icon="retry" size={15} label={words.again(name)} onClick={() => again(id)} />}
      <IconButton
        icon="close"
        size={15}
        label={state === "uploading" ? words.cancel(name) : words.remove(name)}
        onClick={() => drop(id)}
      />
    </li>
  );
}
