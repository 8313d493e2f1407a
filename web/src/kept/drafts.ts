/** Drafts, the same on all of a person's devices: saved shortly after each pause in writing. */
import { create } from "zustand";

import { type SyncedDraft, type Words, listDrafts, saveDraft } from "../api/kept";
import type { Attachment } from "../conversation/outbox";
import { pause, pauseMs } from "../live/backoff";
import { isConnected } from "../live/connection";
import * as books from "./book";

const PAUSE_MS = 700;

const useBook = create<{ book: books.Book }>(() => ({ book: {} }));
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const saving = new Set<string>();
/** What the server has is known: before that, saving would write over what was kept. */
let isListed = false;

export function useDraft(channelId: string, parentMessageId?: string): string {
  const key = books.keyOf(channelId, parentMessageId);
  return useBook((state) => books.entryOf(state.book, key).content);
}

/** What goes with it, uploaded here or elsewhere. */
export function useDraftFiles(channelId: string, parentMessageId?: string): readonly Attachment[] {
  const key = books.keyOf(channelId, parentMessageId);
  return useBook((state) => books.entryOf(state.book, key).attachments);
}

export const bookNow = () => useBook.getState().book;
export const useBookOfDrafts = () => useBook((state) => state.book);

export const writeDraft = (channelId: string, content: string, parentMessageId?: string) =>
  write(books.keyOf(channelId, parentMessageId), { content });

/** What could not be done comes back, before what was written since. */
export function giveBack(channelId: string, words: Words, parentMessageId?: string): void {
  const key = books.keyOf(channelId, parentMessageId);
  write(key, books.together(words, books.entryOf(bookNow(), key)));
}

/** It was sent, or is not to be. */
export const clearDraft = (channelId: string, parentMessageId?: string) =>
  write(books.keyOf(channelId, parentMessageId), { content: "", attachments: [] });

export function addFiles(channelId: string, files: readonly Attachment[], parentMessageId?: string): void {
  const key = books.keyOf(channelId, parentMessageId);
  const { attachments } = books.entryOf(bookNow(), key);
  const isNew = ({ fileId }: Attachment) => !attachments.some((each) => each.fileId === fileId);
  if (files.some(isNew)) write(key, { attachments: [...attachments, ...files.filter(isNew)] });
}

export function removeFile(channelId: string, fileId: string, parentMessageId?: string): void {
  const key = books.keyOf(channelId, parentMessageId);
  const { attachments } = books.entryOf(bookNow(), key);
  write(key, { attachments: attachments.filter((each) => each.fileId !== fileId) });
}

function write(key: string, words: Partial<Words>): void {
  change((book) => books.write(book, key, words));
  saveSoon(key, books.isEmpty(books.entryOf(bookNow(), key)) ? 0 : PAUSE_MS);
}

function saveSoon(key: string, withinMs: number): void {
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => void save(key), withinMs),
  );
}

export const hearDraft = (draft: SyncedDraft) => change((book) => books.hear(book, draft));

/** After each connect: what others wrote meanwhile, and what could not be saved. */
export async function syncDrafts(): Promise<void> {
  for (let attempt = 0; isConnected(); attempt += 1) {
    const newestBefore = books.newest(bookNow());
    const drafts = await listDrafts().catch(() => null);
    if (drafts) {
      change((book) => (isListed ? books.load(book, drafts, newestBefore) : books.begin(book, drafts)));
      isListed = true;
      return saveAll();
    }
    await pause(pauseMs(attempt));
  }
}

export function saveAll(): void {
  for (const key of books.dirtyKeys(bookNow())) void save(key);
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
  isListed = false;
  useBook.setState({ book: {} });
}

/** One request at a time for each draft, so that the last one written is the last one saved. */
async function save(key: string): Promise<void> {
  clearTimeout(timers.get(key));
  const { content, attachments, isDirty } = books.entryOf(bookNow(), key);
  if (!isDirty || !isListed || saving.has(key)) return;
  saving.add(key);
  const { channelId, parentMessageId } = books.placeOf(key);
  try {
    const draft = await saveDraft(channelId, parentMessageId, { content, attachments });
    change((book) => books.saved(book, key, { content, attachments }, draft));
  } catch {
    // It stays here and nothing heard replaces it: tried again after the next key, and after the next connect.
    if (books.entryOf(bookNow(), key).content !== content) saveSoon(key, PAUSE_MS);
    return;
  } finally {
    saving.delete(key);
  }
  void save(key);
}

function change(make: (book: books.Book) => books.Book): void {
  useBook.setState((state) => ({ book: make(state.book) }));
}
