/** What a new share link is to be good for, and the links there are. Pure. */
import type { Link, Terms } from "../api/links";
import { Problem } from "../api/problem";
import { text } from "../text";

export type Lifetime = keyof typeof text.files.links.lifetimes;

/** As they are filled in. */
export interface Wishes {
  readonly lifetime: Lifetime;
  readonly password: string;
  readonly limit: string;
}

export const USUAL: Wishes = { lifetime: "week", password: "", limit: "" };
export const PASSWORD = { shortest: 4, longest: 256 };
export const MOST_DOWNLOADS = 1_000_000;

const DAY_MS = 86_400_000;
const LASTS_MS: Readonly<Record<Lifetime, number | null>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  never: null,
};

export function termsOf({ lifetime, password, limit }: Wishes, now: number): Terms {
  const lasts = LASTS_MS[lifetime];
  return {
    ...(lasts === null ? {} : { expiresAt: new Date(now + lasts).toISOString() }),
    ...(password ? { password } : {}),
    ...(limit ? { downloadLimit: Number(limit) } : {}),
  };
}

/** An installation may bound how long links last: that is said as a sentence. */
export function refusedTerms(error: unknown): unknown {
  const expiry = error instanceof Problem && error.errors.find(({ field }) => field === "expiresAt");
  return expiry ? new Problem(422, "unknown", text.files.links.expiryRefused(expiry.reason)) : error;
}

/** The newest first, and before them those that still work. */
export const inOrder = (links: readonly Link[]) =>
  [...links].sort(
    (a, b) =>
      Number(b.state === "good") - Number(a.state === "good") || Date.parse(b.createdAt) - Date.parse(a.createdAt),
  );
