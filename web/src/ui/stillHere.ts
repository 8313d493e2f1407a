/** Whether who asked for something is still there when the answer comes. */
import { useCallback, useEffect, useRef } from "react";

/** Whoever closed a dialog or went elsewhere meanwhile is at something else, which the answer may not close or leave. */
export function useStillHere(): () => boolean {
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => void (isHere.current = false);
  }, []);
  return useCallback(() => isHere.current, []);
}
