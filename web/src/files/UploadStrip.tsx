/** Files on their way, how far each is, and what can be done with it; also those that a page before this one began. */
import { useThere } from "../live/reach";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { end, useAllInterrupted } from "./interrupted";
import { type Kept, percentOf } from "./kept";
import { type Upload, again, drop, pause, uploadsAt } from "./uploads";

interface Props {
  uploads: readonly Upload[];
  place: string;
  label: string;
  onDrop?: (upload: Upload) => void;
}

export function UploadStrip({ uploads, place, label, onDrop }: Props) {
  const interrupted = uploadsAt(useAllInterrupted(), place);
  if (uploads.length + interrupted.length === 0) return null;
  return (
    <ul className="uploads" aria-label={label}>
      {uploads.map((upload) => (
        <Line key={upload.id} upload={upload} onDrop={onDrop} />
      ))}
      {interrupted.map((kept) => (
        <Interrupted key={kept.url} kept={kept} />
      ))}
    </ul>
  );
}

function Line({ upload, onDrop }: { upload: Upload; onDrop: Props["onDrop"] }) {
  const { id, name, size, state, percent, problem, canPause, stored } = upload;
  const isThere = useThere();
  const words = text.files;
  const told = {
    ...{ waiting: words.waiting, uploading: words.percent(percent), paused: words.paused(percent), failed: problem },
    ...{ stalled: isThere ? words.tryingAgain(percent) : words.noConnection(percent), uploaded: words.uploaded },
  }[state];
  const isUnderWay = state === "uploading" || state === "stalled";
  return (
    <li className="upload" data-testid="upload" data-state={state} data-percent={percent}>
      <Icon name="file" size={16} />
      <span className="upload-main">
        <strong className="clip">{name}</strong>
        {state === "failed" ? (
          <small role="alert" className="problem">
            {told}
          </small>
        ) : (
          <small role={state === "stalled" ? "status" : undefined}>
            {words.size(size)} · {told}
          </small>
        )}
        {(isUnderWay || state === "paused") && <progress max={100} value={percent} aria-label={name} />}
      </span>
      {isUnderWay && canPause && (
        <IconButton icon="pause" size={15} label={words.pause(name)} onClick={() => pause(id)} />
      )}
      {state === "paused" && <IconButton icon="resume" size={15} label={words.resume(name)} onClick={() => again(id)} />}
      {state === "failed" && !stored && <IconButton icon="retry" size={15} label={words.again(name)} onClick={() => again(id)} />}
      <IconButton
        icon="close"
        size={15}
        label={isUnderWay || state === "paused" ? words.cancel(name) : words.remove(name)}
        onClick={() => (drop(id), onDrop?.(upload))}
      />
    </li>
  );
}

function Interrupted({ kept }: { kept: Kept }) {
  const { name, size } = kept.file;
  const words = text.files;
  return (
    <li className="upload" data-testid="upload" data-state="interrupted">
      <Icon name="file" size={16} />
      <span className="upload-main">
        <strong className="clip">{name}</strong>
        <small>{words.interrupted(percentOf(kept.arrived, size))}</small>
      </span>
      <IconButton icon="close" size={15} label={words.remove(name)} onClick={() => end(kept)} />
    </li>
  );
}
