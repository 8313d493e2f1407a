/** Runs one action at a time and keeps what went wrong for showing. */
import { useState } from "react";

import { explain } from "../api/problem";

export function usePending(): {
  isPending: boolean;
  problem: string | null;
  run: (work: () => Promise<void>) => Promise<void>;
} {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function run(work: () => Promise<void>): Promise<void> {
    if (isPending) return;
    setPending(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setPending(false);
    }
  }
  return { isPending, problem, run };
}
