/** Tells the others that one is typing: at most every few seconds, and that one stopped. */
import { useCallback, useEffect, useRef } from "react";

import { say } from "../live/connection";

const REPEAT_MS = 3_000;
const IDLE_MS = 4_000;

export function useTypingSignal(channelId: string): { typed: () => void; stopped: () => void } {
  const saidAt = useRef(0);
  const idle = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stopped = useCallback(() => {
    clearTimeout(idle.current);
    if (saidAt.current === 0) return;
    saidAt.current = 0;
    say("typing:stop", { channelId });
  }, [channelId]);
  const typed = useCallback(() => {
    clearTimeout(idle.current);
    idle.current = setTimeout(stopped, IDLE_MS);
    if (Date.now() - saidAt.current < REPEAT_MS) return;
    saidAt.current = Date.now();
    say("typing:start", { channelId });
  }, [channelId, stopped]);
  useEffect(() => stopped, [stopped]);
  return { typed, stopped };
}
