/** Runs one action at a time and keeps what went wrong for showing. */
import { useRef, useState } from "react";

import { explain } from "../api/problem";
import { useStillHere } from "./stillHere";

export function usePending(): {
  isPending: boolean;
  problem: string | null;
  /** `done` is what follows on screen, for whoever is still there. */
  run: <T>(work: () => Promise<T>, done?: (answer: T) => void) => Promise<void>;
} {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isRunning = useRef(false);
  const isStillHere = useStillHere();
  async function run<T>(work: () => Promise<T>, done?: (answer: T) => void): Promise<void> {
    if (isRunning.current) return;
    isRunning.current = true;
    setPending(true);
    setProblem(null);
    try {
      const answer = await work();
      if (isStillHere()) done?.(answer);
    } catch (error) {
      setProblem(explain(error));
    } finally {
      isRunning.current = false;
      setPending(false);
    }
  }
  return { isPending, problem, run };
}
