/** Growing, jittered pauses between attempts. */
export function pauseMs(attempt: number, longestMs = 15_000): number {
  const grown = Math.min(longestMs, 500 * 2 ** Math.min(attempt, 10));
  return grown / 2 + Math.random() * (grown / 2);
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
