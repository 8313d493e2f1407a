/** Uploads the next version of a file, one at a time. */
import { useRef, useState } from "react";

import { text } from "../text";
import { ProblemLine } from "../ui/ProblemLine";
import { UploadStrip } from "./UploadStrip";
import { placeOfVersions, uploadVersion } from "./nextVersion";
import { uploadsAt, useAllUploads } from "./uploads";

export function VersionUpload({ fileId }: { fileId: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const place = placeOfVersions(fileId);
  const uploads = uploadsAt(useAllUploads(), place);
  const words = text.files.versions;
  return (
    <div className="file-next">
      <UploadStrip uploads={uploads} place={place} label={words.underWay} />
      {uploads.length === 0 && (
        <>
          <button type="button" className="button" onClick={() => field.current?.click()}>
            {words.add}
          </button>
          <small className="field-hint">{words.addHint}</small>
        </>
      )}
      <input
        ref={field}
        type="file"
        hidden
        data-testid="version-input"
        aria-label={words.add}
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) setProblem(uploadVersion(fileId, chosen));
          event.target.value = "";
        }}
      />
      <ProblemLine problem={problem} />
    </div>
  );
}
