/** Tries until it is done, for as long as what goes wrong may pass by itself. */
import { Problem } from "../api/problem";
import { pauseMs } from "../live/backoff";
import { isThere, onReturn, returnedAt } from "../live/reach";
import { current } from "../session/session";
import { renewToken } from "../session/tokens";

/** Fruitless attempts while there is a connection end then. */
export const TROUBLED_MS = 5 * 60_000;
/** Without one: for as long as the service keeps what has arrived. */
export const AWAY_MS = 24 * 3_600_000;
const LONGEST_PAUSE_MS = 15_000;
const PASSING = new Set([408, 423, 429, 460]);
const PASSING_CONFLICTS = new Set(["wrong_offset", "still_uploading"]);
const LASTING = new Set([501, 505, 507]);

export interface Trying {
  readonly signal: AbortSignal;
  /** It waits for a better moment. Whoever sends says when bytes move again. */
  readonly onStalled: () => void;
}

/** An attempt calls `moved` when it got further than those before it, which gives it all the time anew. */
export async function persist<T>(attempt: (moved: () => void) => Promise<T>, { signal, onStalled }: Trying): Promise<T> {
  const trouble = new Trouble();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt(() => trouble.end());
    } catch (error) {
      signal.throwIfAborted();
      if (await trouble.isOverAtOnce(error)) continue;
      if (!mayPass(error) || trouble.lastsTooLong()) throw error;
      onStalled();
      await rest(trouble.pauseMs(error), signal);
    }
  }
}

class Trouble {
  private since: number | null = null;
  private failures = 0;
  private hasRenewed = false;

  end(): void {
    this.since = null;
    this.failures = 0;
    this.hasRenewed = false;
  }

  /** A token that ran out meanwhile is changed, once. */
  async isOverAtOnce(error: unknown): Promise<boolean> {
    const token = current()?.accessToken;
    if (!(error instanceof Problem) || error.status !== 401 || !token || this.hasRenewed) return false;
    this.hasRenewed = true;
    return renewToken(token).then(
      () => true,
      () => false,
    );
  }

  lastsTooLong(): boolean {
    this.since ??= Date.now();
    return Date.now() - Math.max(this.since, returnedAt()) > (isThere() ? TROUBLED_MS : AWAY_MS);
  }

  pauseMs(error: unknown): number {
    if (error instanceof Problem && error.retryAfter) return error.retryAfter * 1_000;
    return pauseMs(this.failures++, LONGEST_PAUSE_MS);
  }
}

export function mayPass(error: unknown): boolean {
  // Not an answer: the network's own complaint.
  if (!(error instanceof Problem)) return true;
  if (error.status === 409) return PASSING_CONFLICTS.has(error.type);
  return error.status === 0 || PASSING.has(error.status) || (error.status >= 500 && !LASTING.has(error.status));
}

/** Ends early when the connection is back, or nobody waits any more. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      letGo();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    const letGo = onReturn(end);
    signal.addEventListener("abort", end);
  });
}
