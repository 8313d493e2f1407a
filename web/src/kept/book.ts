/** What is written and not sent, by channel and thread, as this device knows it. Pure; what others wrote comes with versions. */
import type { SyncedDraft, Words } from "../api/kept";
import type { Attachment } from "../conversation/outbox";

export interface Entry extends Readonly<Words> {
  readonly version: number;
  /** Written here and not yet known to be saved: nothing heard replaces it. */
  readonly isDirty: boolean;
}

export type Book = Readonly<Record<string, Entry>>;

const NOTHING: Entry = { content: "", attachments: [], version: 0, isDirty: false };

export const keyOf = (channelId: string, parentMessageId?: string | null) =>
  parentMessageId ? `${channelId}/${parentMessageId}` : channelId;

export function placeOf(key: string): { channelId: string; parentMessageId: string | null } {
  const [channelId = "", parentMessageId = null] = key.split("/");
  return { channelId, parentMessageId };
}

export const entryOf = (book: Book, key: string): Entry => book[key] ?? NOTHING;

export function write(book: Book, key: string, words: Partial<Words>): Book {
  return { ...book, [key]: { ...entryOf(book, key), ...words, isDirty: true } };
}

/** What another device wrote, or this one long ago: a higher version is later. */
export function hear(book: Book, draft: SyncedDraft): Book {
  const key = keyOf(draft.channelId, draft.parentMessageId);
  const held = entryOf(book, key);
  if (draft.version <= held.version) return book;
  const words = held.isDirty ? {} : wordsOf(draft);
  return { ...book, [key]: { ...held, ...words, version: draft.version } };
}

/** The server has it: what was changed meanwhile is still to be saved. */
export function saved(book: Book, key: string, words: Words, draft: SyncedDraft | null): Book {
  const held = entryOf(book, key);
  const version = Math.max(held.version, draft?.version ?? 0);
  const isOther = held.content !== words.content || held.attachments !== words.attachments;
  return { ...book, [key]: { ...held, version, isDirty: held.isDirty && isOther } };
}

/** One before the other, which was written later. */
export const together = (first: Words, second: Words): Words => ({
  content: [first.content, second.content].filter(Boolean).join("\n"),
  attachments: [...first.attachments, ...second.attachments.filter((each) => !first.attachments.some(isSame(each)))],
});

const isSame = (one: Attachment) => (other: Attachment) => one.fileId !== undefined && one.fileId === other.fileId;

/** The first time: what was kept before this page comes before what was begun on it. */
export function begin(book: Book, drafts: readonly SyncedDraft[]): Book {
  return drafts.reduce((known, draft) => {
    const key = keyOf(draft.channelId, draft.parentMessageId);
    const held = entryOf(known, key);
    if (!held.isDirty || draft.version < held.version) return hear(known, draft);
    return { ...known, [key]: { ...held, ...together(wordsOf(draft), held), version: draft.version } };
  }, book);
}

const wordsOf = ({ content, attachments = [] }: SyncedDraft): Words => ({ content: content ?? "", attachments });

/** All that the server has: what it no longer has was sent or removed elsewhere, unless it is newer than the question. */
export function load(book: Book, drafts: readonly SyncedDraft[], newestBefore: number): Book {
  const there = new Set(drafts.map((draft) => keyOf(draft.channelId, draft.parentMessageId)));
  const kept = Object.entries(book).map(([key, entry]) =>
    there.has(key) || entry.isDirty || entry.version > newestBefore ? [key, entry] : [key, { ...entry, content: "", attachments: [] }],
  );
  return drafts.reduce(hear, Object.fromEntries(kept) as Book);
}

export const isEmpty = ({ content, attachments }: Words) => !content.trim() && attachments.length === 0;

export const newest = (book: Book) => Math.max(0, ...Object.values(book).map((entry) => entry.version));

export const dirtyKeys = (book: Book) => Object.keys(book).filter((key) => book[key]?.isDirty);
