/**
 * People whom the list of a workspace's members does not have, because it ends at a thousand or is older than they are
 * here: asked for together once they are looked up, and asked again when that is long ago.
 */
import { skipToken, useQuery } from "@tanstack/react-query";

import { membersOf } from "../api/routes";
import type { WorkspaceMember } from "../api/types";
import { keys, queries } from "../live/queries";

const TOGETHER_MS = 30;
const FRESH_MS = 5 * 60_000;
export const AT_ONCE = 100;
export const MOST_KNOWN = 5_000;

interface Other {
  /** Null for whom one does not see there. */
  readonly member: WorkspaceMember | null;
  readonly at: number;
}

export type Others = ReadonlyMap<string, Other>;

const NOBODY: Others = new Map();
/** Who is asked for or about to be, by workspace. */
const pending = new Map<string, Set<string>>();
let waiting = new Map<string, string[]>();
/** What texts have as an id may be none. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function useOthers(workspaceId: string): Others {
  const queryKey = keys.others(workspaceId);
  return useQuery<Others>({ queryKey, queryFn: skipToken, staleTime: Infinity }).data ?? NOBODY;
}

const othersOf = (workspaceId: string) => queries.getQueryData<Others>(keys.others(workspaceId)) ?? NOBODY;

/** Fit to be called whenever somebody is drawn. */
export function askFor(workspaceId: string, userId: string): void {
  const asked = pending.get(workspaceId) ?? new Set();
  const known = othersOf(workspaceId).get(userId);
  if (!ID.test(userId) || asked.has(userId) || (known && Date.now() - known.at < FRESH_MS)) return;
  pending.set(workspaceId, asked.add(userId));
  if (waiting.size === 0) setTimeout(() => void askWaiting(), TOGETHER_MS);
  waiting.set(workspaceId, [...(waiting.get(workspaceId) ?? []), userId]);
}

async function askWaiting(): Promise<void> {
  const all = waiting;
  waiting = new Map();
  for (const [workspaceId, ids] of all) {
    for (let start = 0; start < ids.length; start += AT_ONCE) await ask(workspaceId, ids.slice(start, start + AT_ONCE));
  }
}

/** Whoever could not be asked for is asked for when they are drawn again. */
async function ask(workspaceId: string, ids: string[]): Promise<void> {
  const queryKey = [...keys.others(workspaceId), ...ids];
  try {
    const found = await queries.fetchQuery({ queryKey, queryFn: () => membersOf(workspaceId, ids), gcTime: 0 });
    queries.setQueryData<Others>(keys.others(workspaceId), (held) => joined(held ?? NOBODY, ids, found));
  } catch (error) {
    console.warn("people could not be asked for", error);
  } finally {
    for (const id of ids) pending.get(workspaceId)?.delete(id);
  }
}

/** Those who were asked for longest ago are forgotten first. */
function joined(held: Others, ids: readonly string[], found: readonly WorkspaceMember[]): Others {
  const members = new Map(found.map((member) => [member.userId, member]));
  const all = new Map(held);
  for (const id of ids) {
    all.delete(id);
    all.set(id, { member: members.get(id) ?? null, at: Date.now() });
  }
  return new Map([...all].slice(-MOST_KNOWN));
}

/** Names by something that stands for a person; looking up what is not there asks for them. */
export class Asking<T> extends Map<string, T> {
  constructor(
    entries: Iterable<readonly [string, T]>,
    private readonly missing: (name: string) => void,
  ) {
    super(entries);
  }

  override get(name: string): T | undefined {
    if (!this.has(name)) this.missing(name);
    return super.get(name);
  }
}
