/**
 * Where in the product the address bar points: `#/<workspace>/<channel>/<message>`, a thread beside its channel
 * (`#/<workspace>/<channel>/t/<thread>/<reply>`), a link to a message (`/c/<channel>/m/<message>`), or an invitation to
 * accept.
 */
import { useSyncExternalStore } from "react";

export interface Place {
  workspaceId: string | undefined;
  channelId: string | undefined;
  threadId: string | undefined;
  /** In the thread, if there is one. */
  messageId: string | undefined;
}

/** Stands in the channel's place for the list of threads. */
export const THREADS = "threads";
/** Before a thread's id. */
export const IN_THREAD = "t";

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
  const [workspaceId, channelId, ...rest] = hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  const [threadId, messageId] = rest[0] === IN_THREAD ? rest.slice(1) : [undefined, rest[0]];
  return { workspaceId, channelId, threadId, messageId };
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

/** As `goTo`, without a way back to where one was. */
export function goOn(...path: readonly string[]): void {
  window.location.replace(`#/${path.join("/")}`);
}

/** The message that somebody's link leads to; null unless the page was opened by one. */
export function useLinkedMessage(): string | null {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname);
  return linkedMessage(path);
}

export const linkedMessage = (path: string) => /^\/c\/[^/]+\/m\/([0-9a-f-]{36})$/.exec(path)?.[1] ?? null;

/** The secret part of a share link; null unless the page was opened by one. */
export function useSharedToken(): string | null {
  return sharedToken(useSyncExternalStore(subscribe, () => window.location.pathname));
}

export const sharedToken = (path: string) => /^\/shared\/([^/]+)\/?$/.exec(path)?.[1] ?? null;

/** Leaves the link behind, for the place it leads to. */
export function follow(...path: readonly string[]): void {
  window.history.replaceState(null, "", `/#/${path.join("/")}`);
  for (const listener of listeners) listener();
}

/** As if somebody's link to a message was followed. */
export function openLink(channelId: string, messageId: string): void {
  window.history.pushState(null, "", `/c/${channelId}/m/${messageId}`);
  for (const listener of listeners) listener();
}

export const messageLink = (channelId: string, messageId: string) =>
  `${window.location.origin}/c/${channelId}/m/${messageId}`;

export function dropInvitation(): void {
  window.history.replaceState(null, "", window.location.pathname + window.location.hash);
  for (const listener of listeners) listener();
}

export const invitationLink = (token: string) => `${window.location.origin}/?invitation=${encodeURIComponent(token)}`;
