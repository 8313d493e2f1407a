/** What is on screen of the window one looks at has been read, once its end is in view. */
import { useCallback, useEffect } from "react";

import { markSeen, openReading, useReading } from "./unread";

export function useSeen(channelId: string, seq: number, isAtEnd: () => boolean): () => void {
  const isKnown = useReading((state) => state.held[channelId] !== undefined);
  useEffect(() => {
    if (isKnown) openReading(channelId);
  }, [channelId, isKnown]);
  const look = useCallback(() => {
    if (document.visibilityState === "visible" && document.hasFocus() && isAtEnd()) markSeen(channelId, seq);
  }, [channelId, seq, isAtEnd]);
  useEffect(() => {
    if (isKnown) look();
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [look, isKnown]);
  return look;
}
