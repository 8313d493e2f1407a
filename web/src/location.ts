/** Where in the product the address bar points: `#/<workspace>/<channel>` and an invitation to accept. */
import { useSyncExternalStore } from "react";

export interface Place {
  workspaceId: string | undefined;
  channelId: string | undefined;
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
  const [workspaceId, channelId] = hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  return { workspaceId, channelId };
}

export function usePlace(): Place {
  return place(useSyncExternalStore(subscribe, () => window.location.hash));
}

export function useInvitation(): string | null {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  return new URLSearchParams(search).get("invitation");
}

export function goTo(workspaceId: string, channelId?: string): void {
  window.location.hash = channelId ? `#/${workspaceId}/${channelId}` : `#/${workspaceId}`;
}

export function dropInvitation(): void {
  window.history.replaceState(null, "", window.location.pathname + window.location.hash);
  for (const listener of listeners) listener();
}

export const invitationLink = (token: string) => `${window.location.origin}/?invitation=${encodeURIComponent(token)}`;
