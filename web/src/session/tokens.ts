/**
 * Fresh access tokens, with one refresh at a time over all tabs.
 *
 * A refresh token is good for one use and its reuse signs everybody out, so whoever gets the lock first reads
 * what the tab before it stored.
 */
import { Problem, problemOf } from "../api/problem";
import { type Session, type SignedIn, current, forget, keep, stored, useSession } from "./session";

const LOCK = "nexus.refresh";
const LEEWAY_MS = 30_000;
const LEASE_MS = 15_000;
const DEADLINE_MS = 12_000;

let inThisTab: Promise<string> | null = null;

/** An access token that is good for a while yet. */
export async function freshToken(leewayMs = LEEWAY_MS): Promise<string> {
  const session = current();
  if (!session) throw new Problem(401, "unauthenticated", "");
  return session.expiresAt - leewayMs > Date.now() ? session.accessToken : renewToken(session.accessToken);
}

/** A token other than the one that was refused. */
export function renewToken(refused: string): Promise<string> {
  inThisTab ??= alone(() => renew(refused)).finally(() => {
    inThisTab = null;
  });
  return inThisTab;
}

async function renew(refused: string): Promise<string> {
  const session = stored();
  if (!session) {
    forget();
    throw new Problem(401, "unauthenticated", "");
  }
  if (session.accessToken !== refused) {
    useSession.setState({ session });
    return session.accessToken;
  }
  return (await exchange(session)).accessToken;
}

async function exchange(session: Session): Promise<Session> {
  const response = await fetch("/api/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ refreshToken: session.refreshToken }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (response.ok) return keep((await response.json()) as SignedIn);
  if (response.status === 401) forget();
  throw await problemOf(response);
}

async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(LOCK, work);
  await lease();
  try {
    return await work();
  } finally {
    localStorage.removeItem(LOCK);
  }
}

/** Without the Web Locks API (an insecure address) tabs take turns by a short lease. */
async function lease(): Promise<void> {
  const deadline = Date.now() + LEASE_MS;
  while (Number(localStorage.getItem(LOCK) ?? 0) > Date.now() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));
  }
  localStorage.setItem(LOCK, String(Date.now() + LEASE_MS));
}
