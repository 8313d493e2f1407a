/** Uploads that a page before this one did not end: gone on with when their file is chosen again, or ended. */
import { create } from "zustand";

import { type StoredFile, deleteFile } from "../api/files";
import { Problem } from "../api/problem";
import { current } from "../session/session";
import { claim, unclaimed } from "./claims";
import { type Kept, type Target, forget, forgetAll, isOf, keep, keptOf } from "./kept";
import { type Trying, mayPass, persist } from "./persist";
import { arrivedOf, isGone, terminate } from "./tus";

/** What goes on without being seen. */
export const UNWATCHED: Trying = { signal: new AbortController().signal, onStalled: () => undefined };

const useInterrupted = create<{ interrupted: readonly Kept[] }>(() => ({ interrupted: [] }));

export const useAllInterrupted = () => useInterrupted((state) => state.interrupted);
export const interruptedNow = () => useInterrupted.getState().interrupted;

/** What there is of this person that nobody sends, as the server has it; what is unwanted is ended. */
export async function lookForInterrupted(): Promise<void> {
  const userId = current()?.user.id;
  if (!userId) return;
  const found = await Promise.all((await unclaimed(keptOf(userId))).map(asItIs));
  const left = await unclaimed(found.filter((kept) => kept !== null));
  useInterrupted.setState({ interrupted: current()?.user.id === userId ? left : [] });
}

async function asItIs(kept: Kept): Promise<Kept | null> {
  if (kept.isUnwanted) {
    void endAlone(kept);
    return null;
  }
  const arrived = await arrivedOf(kept.url).catch(() => kept.arrived);
  if (arrived === null) forget(kept.url);
  return arrived === null ? null : { ...kept, arrived };
}

/** The upload of this file that was begun before, to be sent by nobody else meanwhile. */
export async function takeUp(file: File, target: Target): Promise<{ kept: Kept; release: () => void } | null> {
  const found = keptOf(current()?.user.id ?? "").filter((kept) => isOf(kept, file, target));
  for (const kept of found) {
    const release = await claim(kept.url);
    if (!release) continue;
    hide(kept.url);
    return { kept, release };
  }
  return null;
}

export function end(kept: Kept): void {
  hide(kept.url);
  void endAlone(kept);
}

async function endAlone(kept: Kept): Promise<void> {
  const release = await claim(kept.url);
  if (release) await endAtServer(kept).finally(release);
}

/** Tried until the server has heard of it, by the next page, too. Of what had arrived as a whole the file goes. */
export async function endAtServer(kept: Kept): Promise<void> {
  keep({ ...kept, isUnwanted: true });
  try {
    await persist(() => ended(kept), UNWATCHED);
  } catch (error) {
    if (mayPass(error)) return;
  }
  forget(kept.url);
}

async function ended({ url, target, fileId }: Kept): Promise<void> {
  try {
    await terminate(url);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (isGone(error.status)) return;
    if (error.type !== "upload_finished") throw error;
    if ("channelId" in target) await deleteFile(fileId);
  }
}

/** A file that nobody wanted in the end. (Of a file that has others a version stays.) */
export async function remove(target: Target, stored: StoredFile): Promise<void> {
  if ("fileId" in target) return;
  await persist(() => deleteFile(stored.id), UNWATCHED).catch(() => undefined);
}

export function forgetInterrupted(): void {
  useInterrupted.setState({ interrupted: [] });
  forgetAll();
}

const hide = (url: string) =>
  useInterrupted.setState(({ interrupted }) => ({ interrupted: interrupted.filter((kept) => kept.url !== url) }));
