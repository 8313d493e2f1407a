/** What of a file's previews is still to come, or came to nothing and why. */
import { useQuery } from "@tanstack/react-query";

import type { Derived, StoredFile } from "../api/files";
import { text } from "../text";
import { previewOf } from "./converting";
import { derivedQuery, usePercent } from "./known";

const LOOK_EVERY_MS = 2_000;

export function Making({ file }: { file: StoredFile }) {
  const { data } = useQuery({
    ...derivedQuery(file),
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? LOOK_EVERY_MS : false),
  });
  const told = usePercent(file.id, "preview");
  const preview = data && previewOf(data);
  const words = text.files;
  if (preview?.state === "failed") return <p className="quiet">{words.notMade(preview.reason)}</p>;
  if (preview?.state !== "making") return null;
  const percent = told ?? preview.percent;
  return (
    <p role="status" className="file-making" data-testid="preview-making">
      {words.making}
      <progress aria-label={words.making} max={100} {...(percent ? { value: percent } : {})} />
    </p>
  );
}

const isUnderWay = (data: Derived | undefined) => data !== undefined && previewOf(data).state === "making";
