/** How loud a sound is, from its beginning to its end. */
import { useQuery } from "@tanstack/react-query";

import type { StoredFile } from "../api/files";
import { text } from "../text";
import { outlineOf, peaksIn } from "./file";
import { useAddress } from "./known";

const WAVEFORM = "waveform";
const SOON_MS = 15_000;

export function Waveform({ file }: { file: StoredFile }) {
  const isMade = file.previews.some(({ variant }) => variant === WAVEFORM);
  const address = useAddress(file, isMade ? WAVEFORM : undefined);
  const { data: peaks = [] } = useQuery({
    queryKey: ["waveform", file.id, file.version],
    queryFn: () => peaksAt(address ?? ""),
    enabled: address !== undefined,
    staleTime: Infinity,
  });
  if (peaks.length === 0) return null;
  return (
    <svg
      className="file-waveform"
      data-testid="waveform"
      role="img"
      aria-label={text.files.waveform}
      viewBox={`0 -1 ${peaks.length} 2`}
      preserveAspectRatio="none"
    >
      <path d={outlineOf(peaks)} />
    </svg>
  );
}

async function peaksAt(address: string): Promise<number[]> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(SOON_MS), credentials: "omit" });
  return answer.ok ? peaksIn(await answer.json()) : [];
}
