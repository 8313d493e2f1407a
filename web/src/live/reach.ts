/** Whether there is a way to the server, as far as the browser and the socket know, and when there is one again. */
import { useSyncExternalStore } from "react";

import { useConnection } from "./connection";

const listeners = new Set<() => void>();
let wasThere = false;
let returned = 0;

export const isThere = () => globalThis.navigator?.onLine !== false && useConnection.getState().connection === "connected";

/** When it last came back. */
export const returnedAt = () => returned;

export function onReturn(call: () => void): () => void {
  listeners.add(call);
  return () => listeners.delete(call);
}

export const useThere = () => useSyncExternalStore(subscribe, isThere);

function subscribe(call: () => void): () => void {
  const events = ["online", "offline"] as const;
  const unsubscribe = useConnection.subscribe(call);
  for (const event of events) globalThis.addEventListener?.(event, call);
  return () => {
    unsubscribe();
    for (const event of events) globalThis.removeEventListener?.(event, call);
  };
}

subscribe(() => {
  const isNow = isThere();
  if (isNow && !wasThere) {
    returned = Date.now();
    for (const call of [...listeners]) call();
  }
  wasThere = isNow;
});
