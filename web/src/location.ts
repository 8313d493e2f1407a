/**
 * Where in the product the address bar points: `#/<workspace>/<channel>/<message>`, a link to a message
 * (`/c/<channel>/m/<message>`), or an invitation to accept.
 */
import { useSyncExternalStore } from "react";

export interface Place {
  workspaceId: string | undefined;
  channelId: string | undefined;
  messageId: string | undefined;
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("hashchange", listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("hashchange", listener);
    window.removeEventListener("popstate", listener);
  };
}

export function place(hash = window.location.hash): Place {
  const [workspaceId, channelId, messageId] = hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  return { workspaceId, channelId, messageId };
}

export function usePlace(): Place {
  return place(useSyncExternalStore(subscribe, () => window.location.hash));
}

export function useInvitation(): string | null {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  return new URLSearchParams(search).get("invitation");
}

export function goTo(...path: readonly string[]): void {
  window.location.hash = `#/${path.join("/")}`;
}

/** The message that somebody's link leads to; null unless the page was opened by one. */
export function useLinkedMessage(): string | null {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname);
  return linkedMessage(path);
}

export const linkedMessage = (path: string) => /^\/c\/[^/]+\/m\/([0-9a-f-]{36})$/.exec(path)?.[1] ?? null;

/** Leaves the link behind, for the place it leads to. */
export function follow(...path: readonly string[]): void {
  window.history.replaceState(null, "", `/#/${path.join("/")}`);
  for (const listener of listeners) listener();
}

export const messageLink = (channelId: string, messageId: string) =>
  `${window.location.origin}/c/${channelId}/m/${messageId}`;

export function dropInvitation(): void {
  window.history.replaceState(null, "", window.location.pathname + window.location.hash);
  for (const listener of listeners) listener();
}

export const invitationLink = (token: string) => `${window.location.origin}/?invitation=${encodeURIComponent(token)}`;
