/** Files on their way: chosen for a message or as a next version, uploaded a few at once, kept until they are used. */
import { create } from "zustand";

import type { StoredFile } from "../api/files";
import { newIdentifier } from "../identifier";
import { addFiles } from "../kept/drafts";
import { text } from "../text";
import { attachmentOf, refusalOf } from "./file";
import { forgetInterrupted } from "./interrupted";
import { type Target, percentOf } from "./kept";
import { type Passage, passageOf } from "./passage";
import { explainSending } from "./sending";

export interface Upload {
  readonly id: string;
  /** The channel, or the thread in it, whose message it is for; or the file that it is a version of. */
  readonly place: string;
  /** Of a message's. */
  readonly channelId: string | null;
  readonly name: string;
  readonly size: number;
  /** Stalled: it waits for the connection, or for a service that is away, and goes on by itself. */
  readonly state: "waiting" | "uploading" | "stalled" | "paused" | "uploaded" | "failed";
  readonly percent: number;
  readonly canPause: boolean;
  readonly problem: string | null;
  /** Also of one that failed because it was refused in the end. */
  readonly stored: StoredFile | null;
}

export const MOST_FILES = 10;
const AT_ONCE = 3;

type OnStored = (stored: StoredFile) => void;

const useUploads = create<{ uploads: readonly Upload[] }>(() => ({ uploads: [] }));
const passages = new Map<string, Passage>();
const whenStored = new Map<string, OnStored>();
const running = new Map<string, AbortController>();

export const useAllUploads = () => useUploads((state) => state.uploads);
export const uploadsNow = () => useUploads.getState().uploads;
export const uploadsAt = <T extends { readonly place: string }>(all: readonly T[], place: string) =>
  all.filter((upload) => upload.place === place);

/** Begins to upload what was chosen; why some of it is not taken. */
export function add(channelId: string, place: string, files: readonly File[]): string | null {
  const room = MOST_FILES - uploadsAt(uploadsNow(), place).length;
  const empty = files.find((file) => file.size === 0);
  const taken = files.filter((file) => file.size > 0).slice(0, Math.max(0, room));
  begin({ channelId }, place, taken);
  if (files.length - (empty ? 1 : 0) > room) return text.files.tooMany(MOST_FILES);
  return empty ? text.files.empty(empty.name) : null;
}

/** Begins to upload the next version of a file. What was stored is told, and kept no longer. */
export function addVersion(fileId: string, place: string, file: File, onStored: OnStored): string | null {
  if (file.size === 0) return text.files.empty(file.name);
  begin({ fileId }, place, [file], onStored);
  return null;
}

function begin(target: Target, place: string, files: readonly File[], onStored?: OnStored): void {
  const made = files.map((file): Upload => {
    const id = newIdentifier();
    const passage = passageOf(id, file, target, place);
    passages.set(id, passage);
    if (onStored) whenStored.set(id, onStored);
    const channelId = "channelId" in target ? target.channelId : null;
    const about = { channelId, name: file.name || text.files.pasted, size: file.size, canPause: passage.canPause };
    return { id, place, ...about, state: "waiting", percent: 0, problem: null, stored: null };
  });
  useUploads.setState((state) => ({ uploads: [...state.uploads, ...made] }));
  startWaiting();
}

/** Nothing of it is to be left, here or at the server. */
export function drop(id: string): void {
  const passage = passages.get(id);
  letGo([id]);
  running.get(id)?.abort();
  void passage?.cancel();
  startWaiting();
}

export function pause(id: string): void {
  change(id, { state: "paused" });
  running.get(id)?.abort();
  startWaiting();
}

/** After a pause or a failure. */
export function again(id: string): void {
  change(id, { state: "waiting", problem: null });
  startWaiting();
}

/** The server looked at it and keeps nothing of it; false if it is none of these. */
export function refused(file: StoredFile): boolean {
  const upload = uploadsNow().find(({ stored }) => stored?.id === file.id);
  if (upload) change(upload.id, { state: "failed", problem: refusalOf(file) });
  return upload !== undefined;
}

/** They went with a message. */
export const sent = (ids: readonly string[]) => letGo(ids);

/** Of somebody who is signed in no more, so that the server cannot be asked for anything. */
export function forgetUploads(): void {
  const ids = uploadsNow().map(({ id }) => id);
  letGo(ids);
  for (const id of ids) running.get(id)?.abort();
  forgetInterrupted();
}

function letGo(ids: readonly string[]): void {
  useUploads.setState((state) => ({ uploads: state.uploads.filter((upload) => !ids.includes(upload.id)) }));
  for (const id of ids) {
    passages.delete(id);
    whenStored.delete(id);
  }
}

function startWaiting(): void {
  const free = AT_ONCE - uploadsNow().filter(({ state }) => state === "uploading" || state === "stalled").length;
  const next = uploadsNow().filter((upload) => upload.state === "waiting");
  for (const upload of next.slice(0, Math.max(0, free))) void start(upload);
}

async function start({ id }: Upload): Promise<void> {
  const passage = passages.get(id);
  if (!passage) return;
  const ending = new AbortController();
  running.set(id, ending);
  change(id, { state: "uploading" });
  try {
    const stored = await passage.run({ signal: ending.signal, ...reportOf(id, ending.signal) });
    if (!ending.signal.aborted) arrived(id, stored);
  } catch (error) {
    if (!ending.signal.aborted) change(id, { state: "failed", problem: explainSending(error) });
  } finally {
    if (running.get(id) === ending) running.delete(id);
    startWaiting();
  }
}

const reportOf = (id: string, signal: AbortSignal) => ({
  onProgress: (bytes: number, whole: number, isMoving: boolean) => {
    if (!signal.aborted) change(id, { percent: percentOf(bytes, whole), ...(isMoving ? { state: "uploading" } : {}) });
  },
  onStalled: () => {
    if (!signal.aborted) change(id, { state: "stalled" });
  },
});

function arrived(id: string, stored: StoredFile): void {
  const tell = whenStored.get(id);
  if (tell) letGo([id]);
  else keepWithDraft(id, stored);
  if (!tell && refusalOf(stored)) refused(stored);
  tell?.(stored);
}

/** Also while one looks elsewhere: it is found there later, on other devices, too. */
function keepWithDraft(id: string, stored: StoredFile): void {
  const upload = uploadsNow().find((each) => each.id === id);
  change(id, { state: "uploaded", percent: 100, stored });
  if (!upload?.channelId || refusalOf(stored)) return;
  const { channelId, place } = upload;
  addFiles(channelId, [attachmentOf(stored)], place === channelId ? undefined : place);
}

function change(id: string, made: Partial<Upload>): void {
  useUploads.setState((state) => ({
    uploads: state.uploads.map((upload) => (upload.id === id ? { ...upload, ...made } : upload)),
  }));
}
