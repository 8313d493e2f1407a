/** Who is online, as far as anybody in a shared workspace is. */
import { create } from "zustand";

import { listPresence } from "../api/routes";
import type { Status } from "../api/types";

const CHUNK = 100;

export const usePresence = create<{ statuses: Readonly<Record<string, Status>> }>(() => ({ statuses: {} }));

let clock = 0;
const heardAt = new Map<string, number>();

export function hearPresence(userId: string, status: Status): void {
  heardAt.set(userId, ++clock);
  usePresence.setState((state) => ({ statuses: { ...state.statuses, [userId]: status } }));
}

/** Asks for many; what was heard live meanwhile is newer than the answer. */
export async function fetchPresence(userIds: readonly string[]): Promise<void> {
  for (let from = 0; from < userIds.length; from += CHUNK) {
    const since = clock;
    const answer = await listPresence(userIds.slice(from, from + CHUNK));
    const current = answer.filter(({ userId }) => (heardAt.get(userId) ?? 0) <= since);
    const fetched = Object.fromEntries(current.map(({ userId, status }) => [userId, status]));
    usePresence.setState((state) => ({ statuses: { ...state.statuses, ...fetched } }));
  }
}
