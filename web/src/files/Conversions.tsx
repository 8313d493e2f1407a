/** Other formats that a file can be had in: made when somebody asks, then saved. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type Derived, type Format, type StoredFile, convertFile } from "../api/files";
import { renew } from "../live/queries";
import { text } from "../text";
import { ProblemLine } from "../ui/ProblemLine";
import { usePending } from "../ui/usePending";
import { conversionTo, othersOf } from "./converting";
import { download } from "./Files";
import { derivedQuery } from "./known";

const LOOK_EVERY_MS = 1_000;

export function Conversions({ file }: { file: StoredFile }) {
  const [wanted, setWanted] = useState<Format | null>(null);
  const { isPending, problem, run } = usePending();
  const looked = derivedQuery(file);
  const { data } = useQuery({
    ...looked,
    refetchInterval: ({ state }) => (isBeingMade(wanted, state.data) ? LOOK_EVERY_MS : false),
  });
  const going = wanted && data ? conversionTo(wanted, data, true) : null;
  const variant = going?.state === "ready" ? going.variant : null;
  useEffect(() => {
    if (variant === null) return;
    download(file, variant);
    setWanted(null);
  }, [variant]);
  const words = text.files.conversions;
  async function ask(to: Format) {
    await convertFile(file.id, to);
    await renew(looked.queryKey);
    setWanted(to);
  }
  const formats = data ? othersOf(data, file.mimeType) : [];
  if (formats.length === 0) return null;
  function choose(to: Format) {
    const found = data && conversionTo(to, data, false);
    if (found?.state === "ready") download(file, found.variant);
    else void run(() => ask(to));
  }
  const isMaking = isPending || going?.state === "making";
  return (
    <div className="file-formats" role="group" aria-label={words.label}>
      {formats.map((to) => (
        <button key={to} type="button" className="link" disabled={isMaking} onClick={() => choose(to)}>
          {words.as(to)}
        </button>
      ))}
      {wanted && going?.state === "making" && (
        <p role="status" className="file-making">
          {words.making(wanted)}
          <progress aria-label={words.making(wanted)} max={100} {...(going.percent ? { value: going.percent } : {})} />
        </p>
      )}
      <ProblemLine problem={wanted && going?.state === "failed" ? words.failed(wanted, going.reason) : problem} />
    </div>
  );
}

const isBeingMade = (wanted: Format | null, data: Derived | undefined) =>
  wanted !== null && data !== undefined && conversionTo(wanted, data, true).state === "making";
