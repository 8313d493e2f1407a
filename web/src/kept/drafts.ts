/** Drafts, the same on all of a person's devices: saved shortly after each pause in writing. */
import { create } from "zustand";

import { type SyncedDraft, listDrafts, saveDraft } from "../api/kept";
import { Problem } from "../api/problem";
import * as books from "./book";

const PAUSE_MS = 700;

const useBook = create<{ book: books.Book }>(() => ({ book: {} }));
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const saving = new Set<string>();

export function useDraft(channelId: string, parentMessageId?: string): string {
  const key = books.keyOf(channelId, parentMessageId);
  return useBook((state) => books.entryOf(state.book, key).content);
}

export const useBookOfDrafts = () => useBook((state) => state.book);

export function writeDraft(channelId: string, content: string, parentMessageId?: string): void {
  const key = books.keyOf(channelId, parentMessageId);
  change((book) => books.write(book, key, content));
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => void save(key), content ? PAUSE_MS : 0),
  );
}

export const hearDraft = (draft: SyncedDraft) => change((book) => books.hear(book, draft));

/** After each connect: what others wrote meanwhile, and what could not be saved. */
export async function syncDrafts(): Promise<void> {
  const newestBefore = books.newest(useBook.getState().book);
  const drafts = await listDrafts().catch(() => null);
  if (drafts) change((book) => books.load(book, drafts, newestBefore));
  saveAll();
}

export function saveAll(): void {
  for (const key of books.dirtyKeys(useBook.getState().book)) void save(key);
}

/** Whoever looks at another window or device next finds there what was written here. */
export function saveWhenHidden(): () => void {
  const look = () => document.visibilityState === "hidden" && saveAll();
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}

export function forgetDrafts(): void {
  timers.forEach(clearTimeout);
  timers.clear();
  useBook.setState({ book: {} });
}

/** One request at a time for each draft, so that the last one written is the last one saved. */
async function save(key: string): Promise<void> {
  clearTimeout(timers.get(key));
  const { content, isDirty } = books.entryOf(useBook.getState().book, key);
  if (!isDirty || saving.has(key)) return;
  saving.add(key);
  const { channelId, parentMessageId } = books.placeOf(key);
  try {
    const draft = await saveDraft(channelId, parentMessageId, content);
    change((book) => books.saved(book, key, content, draft));
  } catch (error) {
    // What the server will never take stays here alone; the rest is tried again after the next connect.
    if (error instanceof Problem && !error.isPassing) change((book) => books.saved(book, key, content, null));
    return;
  } finally {
    saving.delete(key);
  }
  void save(key);
}

function change(make: (book: books.Book) => books.Book): void {
  useBook.setState((state) => ({ book: make(state.book) }));
}
