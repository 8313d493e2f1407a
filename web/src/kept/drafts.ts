/** Drafts, the same on all of a person's devices: saved shortly after each pause in writing. */
import { create } from "zustand";

import { type SyncedDraft, type Words, listDrafts, saveDraft } from "../api/kept";
import { Problem } from "../api/problem";
import type { Attachment } from "../conversation/outbox";
import * as books from "./book";

const PAUSE_MS = 700;

const useBook = create<{ book: books.Book }>(() => ({ book: {} }));
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const saving = new Set<string>();

export function useDraft(channelId: string, parentMessageId?: string): string {
  const key = books.keyOf(channelId, parentMessageId);
  return useBook((state) => books.entryOf(state.book, key).content);
}

/** What goes with it, uploaded here or elsewhere. */
export function useDraftFiles(channelId: string, parentMessageId?: string): readonly Attachment[] {
  const key = books.keyOf(channelId, parentMessageId);
  return useBook((state) => books.entryOf(state.book, key).attachments);
}

export const useBookOfDrafts = () => useBook((state) => state.book);

export const writeDraft = (channelId: string, content: string, parentMessageId?: string) =>
  write(books.keyOf(channelId, parentMessageId), { content });

/** What could not be done comes back, before what was written since. */
export function giveBack(channelId: string, content: string): void {
  const since = books.entryOf(useBook.getState().book, books.keyOf(channelId)).content;
  writeDraft(channelId, [content, since].filter(Boolean).join("\n"));
}

/** It was sent, or is not to be. */
export const clearDraft = (channelId: string, parentMessageId?: string) =>
  write(books.keyOf(channelId, parentMessageId), { content: "", attachments: [] });

export function addFiles(channelId: string, files: readonly Attachment[], parentMessageId?: string): void {
  const key = books.keyOf(channelId, parentMessageId);
  const { attachments } = books.entryOf(useBook.getState().book, key);
  const isNew = ({ fileId }: Attachment) => !attachments.some((each) => each.fileId === fileId);
  if (files.some(isNew)) write(key, { attachments: [...attachments, ...files.filter(isNew)] });
}

export function removeFile(channelId: string, fileId: string, parentMessageId?: string): void {
  const key = books.keyOf(channelId, parentMessageId);
  const { attachments } = books.entryOf(useBook.getState().book, key);
  write(key, { attachments: attachments.filter((each) => each.fileId !== fileId) });
}

function write(key: string, words: Partial<Words>): void {
  change((book) => books.write(book, key, words));
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => void save(key), books.isEmpty(books.entryOf(useBook.getState().book, key)) ? 0 : PAUSE_MS),
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
  const { content, attachments, isDirty } = books.entryOf(useBook.getState().book, key);
  if (!isDirty || saving.has(key)) return;
  saving.add(key);
  const { channelId, parentMessageId } = books.placeOf(key);
  try {
    const draft = await saveDraft(channelId, parentMessageId, { content, attachments });
    change((book) => books.saved(book, key, { content, attachments }, draft));
  } catch (error) {
    // What the server will never take stays here alone; the rest is tried again after the next connect.
    if (error instanceof Problem && !error.isPassing)
      change((book) => books.saved(book, key, { content, attachments }, null));
    return;
  } finally {
    saving.delete(key);
  }
  void save(key);
}

function change(make: (book: books.Book) => books.Book): void {
  useBook.setState((state) => ({ book: make(state.book) }));
}
