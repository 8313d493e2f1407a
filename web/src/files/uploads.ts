/** Files on their way: chosen for a message, uploaded a few at once, kept until it is sent. */
import { create } from "zustand";

import type { StoredFile } from "../api/files";
import { newIdentifier } from "../identifier";
import { text } from "../text";
import { explainSending, send } from "./sending";

export interface Upload {
  readonly id: string;
  /** The channel, or the thread in it, whose message it is for. */
  readonly place: string;
  readonly channelId: string;
  readonly name: string;
  readonly size: number;
  readonly state: "waiting" | "uploading" | "uploaded" | "failed";
  readonly percent: number;
  readonly problem: string | null;
  readonly stored: StoredFile | null;
}

export const MOST_FILES = 10;
const AT_ONCE = 3;

const useUploads = create<{ uploads: readonly Upload[] }>(() => ({ uploads: [] }));
const sources = new Map<string, File>();
const running = new Map<string, AbortController>();

export const useAllUploads = () => useUploads((state) => state.uploads);
export const uploadsNow = () => useUploads.getState().uploads;
export const uploadsAt = (all: readonly Upload[], place: string) => all.filter((upload) => upload.place === place);

/** Begins to upload what was chosen; why some of it is not taken. */
export function add(channelId: string, place: string, files: readonly File[]): string | null {
  const room = MOST_FILES - uploadsAt(uploadsNow(), place).length;
  const empty = files.find((file) => file.size === 0);
  const taken = files.filter((file) => file.size > 0).slice(0, Math.max(0, room));
  const made = taken.map((file): Upload => {
    const id = newIdentifier();
    sources.set(id, file);
    const name = file.name || text.files.pasted;
    return { id, place, channelId, name, size: file.size, state: "waiting", percent: 0, problem: null, stored: null };
  });
  useUploads.setState((state) => ({ uploads: [...state.uploads, ...made] }));
  startWaiting();
  if (files.length - (empty ? 1 : 0) > room) return text.files.tooMany(MOST_FILES);
  return empty ? text.files.empty(empty.name) : null;
}

export function drop(id: string): void {
  useUploads.setState((state) => ({ uploads: state.uploads.filter((upload) => upload.id !== id) }));
  running.get(id)?.abort();
  sources.delete(id);
  startWaiting();
}

export function again(id: string): void {
  change(id, { state: "waiting", percent: 0, problem: null });
  startWaiting();
}

/** They went with a message. */
export function sent(ids: readonly string[]): void {
  useUploads.setState((state) => ({ uploads: state.uploads.filter((upload) => !ids.includes(upload.id)) }));
  for (const id of ids) sources.delete(id);
}

export function forgetUploads(): void {
  const ids = uploadsNow().map(({ id }) => id);
  useUploads.setState({ uploads: [] });
  ids.forEach(drop);
}

function startWaiting(): void {
  const free = AT_ONCE - uploadsNow().filter((upload) => upload.state === "uploading").length;
  const next = uploadsNow().filter((upload) => upload.state === "waiting");
  for (const upload of next.slice(0, Math.max(0, free))) void start(upload);
}

async function start({ id, channelId }: Upload): Promise<void> {
  const file = sources.get(id);
  if (!file) return;
  change(id, { state: "uploading" });
  try {
    const stored = await transfer(id, channelId, file);
    change(id, { state: "uploaded", percent: 100, stored });
  } catch (error) {
    change(id, { state: "failed", problem: explainSending(error) });
  } finally {
    running.delete(id);
    startWaiting();
  }
}

function transfer(id: string, channelId: string, file: File): Promise<StoredFile> {
  const form = new FormData();
  form.append("entityType", "channel");
  form.append("entityId", channelId);
  form.append("file", file, file.name || `${text.files.pasted}.png`);
  const ending = new AbortController();
  running.set(id, ending);
  const onProgress = (percent: number) => change(id, { percent });
  return send({ path: "/files", form, onProgress, signal: ending.signal, key: id });
}

function change(id: string, made: Partial<Upload>): void {
  useUploads.setState((state) => ({
    uploads: state.uploads.map((upload) => (upload.id === id ? { ...upload, ...made } : upload)),
  }));
}
