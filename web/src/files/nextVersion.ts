/** The next version of a file on its way, for as long as the dialog of the file is open. */
import { useEffect, useRef, useState } from "react";

import type { StoredFile } from "../api/files";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { notify } from "../ui/notices";
import { explainSending, send } from "./sending";

export interface NextVersion {
  readonly going: { readonly name: string; readonly percent: number } | null;
  readonly problem: string | null;
  readonly start: (chosen: File) => Promise<void>;
  readonly cancel: () => void;
}

/** One at a time. */
export function useNextVersion(file: StoredFile): NextVersion {
  const [going, setGoing] = useState<NextVersion["going"]>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), []);
  async function start(chosen: File) {
    if (chosen.size === 0) return setProblem(text.files.empty(chosen.name));
    const { signal } = (ending.current = new AbortController());
    const onProgress = (percent: number) => setGoing({ name: chosen.name, percent });
    const form = new FormData();
    form.append("file", chosen, chosen.name);
    setProblem(null);
    onProgress(0);
    try {
      await send({ path: `/files/${file.id}/versions`, form, onProgress, signal });
      notify(text.files.versions.uploaded);
      outdated(keys.file(file.id));
    } catch (error) {
      if (!signal.aborted) setProblem(explainSending(error));
    } finally {
      setGoing(null);
    }
  }
  return { going, problem, start, cancel: () => ending.current?.abort() };
}
