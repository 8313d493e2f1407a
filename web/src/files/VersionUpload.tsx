/** Uploads the next version of a file. */
import { useRef } from "react";

import { text } from "../text";
import { ProblemLine } from "../ui/ProblemLine";
import type { NextVersion } from "./nextVersion";

export function VersionUpload({ upload: { going, problem, start, cancel } }: { upload: NextVersion }) {
  const field = useRef<HTMLInputElement>(null);
  const words = text.files;
  return (
    <div className="file-next">
      {going ? (
        <>
          <span className="upload-main">
            <span role="status">{words.versions.uploading(going.name)}</span>
            <progress max={100} value={going.percent} aria-label={going.name} />
            <small className="field-hint">{words.versions.stay}</small>
          </span>
          <button type="button" className="button" onClick={cancel}>
            {text.cancel}
          </button>
        </>
      ) : (
        <>
          <button type="button" className="button" onClick={() => field.current?.click()}>
            {words.versions.add}
          </button>
          <small className="field-hint">{words.versions.addHint}</small>
        </>
      )}
      <input
        ref={field}
        type="file"
        hidden
        data-testid="version-input"
        aria-label={words.versions.add}
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) void start(chosen);
          event.target.value = "";
        }}
      />
      <ProblemLine problem={problem} />
    </div>
  );
}
