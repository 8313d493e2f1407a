/** Asks now and then whether what is held is what the server has, and quietly repairs what is not. */
import { create } from "zustand";

import { listDigests } from "../api/routes";
import type { Digest } from "../api/types";
import { completeFrom, differs } from "../conversation/completeness";
import { conversations, timelineOf } from "../conversation/conversations";
import { heal, refetch } from "../conversation/history";
import { recount } from "../reading/unread";
import { pause } from "./backoff";
import { isConnected } from "./connection";

type Digests = ReadonlyMap<string, Digest>;

const EVERY_MS = 60_000;
const SOON_MS = 3_000;
/** Longer than live news takes to arrive. */
const ON_ITS_WAY_MS = 2_000;
const TIMES_ASKED = 2;
const CHANNELS_AT_ONCE = 50;

/** How often a conversation turned out to be wrong and was put right: for tests and the curious. */
export const useHealed = create<{ healed: number }>(() => ({ healed: 0 }));

let running: Promise<void> | null = null;

export function checkNowAndThen(): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    timer = setTimeout(() => {
      if (document.visibilityState === "visible") void check();
      wait();
    }, EVERY_MS * (0.75 + Math.random() / 2));
  };
  wait();
  return () => clearTimeout(timer);
}

/** After a reconnect, not all clients at the same moment. */
export async function checkSoon(): Promise<void> {
  await pause(Math.random() * SOON_MS);
  await check();
}

/** Never fails: what could not be checked now is checked the next time. */
export function check(): Promise<void> {
  running ??= checkAll()
    .catch(() => undefined)
    .finally(() => (running = null));
  return running;
}

async function checkAll(): Promise<void> {
  if (!isConnected()) return;
  let suspects = Object.keys(conversations().timelines);
  for (const channelId of suspects) void heal(channelId);
  let wrong: Digests = new Map();
  for (let asked = 0; asked < TIMES_ASKED; asked += 1) {
    wrong = await findWrong(suspects);
    suspects = [...wrong.keys()];
  }
  for (const [channelId, digest] of wrong) {
    if (!isConnected()) return;
    if (!(await refetch(channelId, digest.fromSeq, digest.lastSeq))) continue;
    void recount(channelId);
    useHealed.setState(({ healed }) => ({ healed: healed + 1 }));
  }
}

async function findWrong(channelIds: readonly string[]): Promise<Digests> {
  const wrong = await stillWrong(await fetchDigests(channelIds));
  if (wrong.size === 0) return wrong;
  await pause(ON_ITS_WAY_MS);
  return stillWrong(wrong);
}

async function stillWrong(digests: Digests): Promise<Digests> {
  const wrong = new Map<string, Digest>();
  for (const [channelId, digest] of digests) {
    if (await differs(timelineOf(channelId), digest)) wrong.set(channelId, digest);
  }
  return wrong;
}

async function fetchDigests(channelIds: readonly string[]): Promise<Digests> {
  const since = channelIds.flatMap((channelId) => {
    const from = completeFrom(timelineOf(channelId));
    return from === null ? [] : [[channelId, from] as const];
  });
  const digests: [string, Digest][] = [];
  for (let start = 0; start < since.length && isConnected(); start += CHANNELS_AT_ONCE) {
    digests.push(...Object.entries(await listDigests(since.slice(start, start + CHANNELS_AT_ONCE))));
  }
  return new Map(digests);
}
