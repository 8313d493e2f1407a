/** What is unread in each channel, on this device as on all others. */
import { create } from "zustand";

import { type Level, type Unread, chooseNotifications, listUnread, markUnread, unreadOf } from "../api/reading";
import { Problem } from "../api/problem";
import type { Message } from "../api/types";
import { ask, isConnected } from "../live/connection";
import { pause, pauseMs } from "../live/backoff";
import { current } from "../session/session";
import * as counts from "./counts";

export interface Hearing {
  level: Level;
  mutedUntil: string | null;
}

/** Where "New" is drawn in a conversation: after what was read, up to what was there. */
export interface Line {
  after: number;
  until: number;
}

interface Reading {
  held: Readonly<Record<string, counts.Held>>;
  hearing: Readonly<Record<string, Hearing>>;
  workspaceOf: Readonly<Record<string, string>>;
  lines: Readonly<Record<string, Line>>;
}

const NOTHING_YET: Reading = { held: {}, hearing: {}, workspaceOf: {}, lines: {} };
const ATTEMPTS = 6;
/** Everybody in a channel may have to ask at the same moment. */
const APART_MS = 1_500;
/** A timer takes no more. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export const useReading = create<Reading>(() => NOTHING_YET);
const reading = useReading.getState;

/** Marked unread by hand: stays so until the conversation is opened again. */
const keptUnread = new Set<string>();
/** Archived since they were counted. */
const closed = new Set<string>();
/** How often something was heard of a channel that makes an answer under way old. */
const heard = new Map<string, number>();
const asking = new Set<string>();
let waking: ReturnType<typeof setTimeout> | undefined;
/** How far this device has read what the server does not know yet, and what its events have not told yet. */
const untold = new Map<string, number>();
const awaited = new Map<string, number>();
const telling = new Map<string, Promise<void>>();

export function startReading(): void {
  useReading.setState(NOTHING_YET);
  for (const each of [keptUnread, closed, untold, awaited]) each.clear();
}

export function noticeChannel(channelId: string, workspaceId: string): void {
  if (reading().workspaceOf[channelId] === workspaceId) return;
  useReading.setState((state) => ({ workspaceOf: { ...state.workspaceOf, [channelId]: workspaceId } }));
}

/** After every connect: what is unread everywhere. Whatever is said meanwhile is heard. */
export async function loadUnread(): Promise<void> {
  const before = new Map(heard);
  for (let attempt = 0; attempt < ATTEMPTS && isConnected(); attempt += 1) {
    const told = await listUnread().catch(() => null);
    if (told) return takeAll(told, before);
    await pause(pauseMs(attempt));
  }
}

function takeAll(told: readonly Unread[], before: ReadonlyMap<string, number>): void {
  const held: Record<string, counts.Held> = {};
  const hearing: Record<string, Hearing> = {};
  closed.clear();
  for (const each of told) {
    if (each.lastReadSeq >= (awaited.get(each.channelId) ?? 0)) awaited.delete(each.channelId);
    held[each.channelId] = taken(reading().held[each.channelId], each);
    hearing[each.channelId] = each;
  }
  useReading.setState({ held, hearing });
  wakeAtNextEnd();
  for (const { channelId } of told) if (heard.get(channelId) !== before.get(channelId)) void recount(channelId);
}

/** The answer, and upon it what was read here meanwhile. */
function taken(before: counts.Held | undefined, told: Unread): counts.Held {
  const held = counts.take(before, told);
  const seq = awaited.get(told.channelId) ?? 0;
  return seq > held.lastReadSeq ? counts.markUpTo(held, seq) : held;
}

/** Asks for one channel, again if something was heard meanwhile that the answer may not know. */
export async function recount(channelId: string, withinMs = 0): Promise<void> {
  if (asking.has(channelId) || closed.has(channelId)) return;
  asking.add(channelId);
  try {
    await pause(Math.random() * withinMs);
    for (let attempt = 0; attempt < ATTEMPTS && isConnected(); attempt += 1) {
      const moment = heard.get(channelId);
      const told = await unreadOf(channelId);
      if (heard.get(channelId) === moment) return takeOne(told);
      await pause(pauseMs(attempt));
    }
  } catch (problem) {
    if (problem instanceof Problem && !problem.isPassing) forgetReading(channelId);
  } finally {
    asking.delete(channelId);
  }
}

function takeOne(told: Unread): void {
  change(told.channelId, (held) => taken(held, told));
  hearNotifications(told.channelId, told);
}

/** In an archived channel nothing waits to be read; once it is opened again, what was unread is asked for. */
export function hearArchived(channelId: string, isArchived: boolean): void {
  const { [channelId]: before, ...held } = reading().held;
  if (isArchived) {
    closed.add(channelId);
    useReading.setState({ held });
  } else if (closed.delete(channelId) || !before) void recount(channelId);
}

export function forgetReading(channelId: string): void {
  const { [channelId]: _, ...held } = reading().held;
  const { [channelId]: __, ...workspaceOf } = reading().workspaceOf;
  useReading.setState({ held, workspaceOf });
}

export const hearPosted = (message: Message) => hearChange(message, counts.posted);
export const hearUpdated = (message: Message) => hearChange(message, counts.updated);
export const hearDeleted = (message: Message) => hearChange(message, counts.deleted);

type Counting = (held: counts.Held, message: Message, myId: string) => counts.Held;

function hearChange(message: Message, count: Counting): void {
  const myId = current()?.user.id ?? "";
  if (count !== counts.posted || !reading().held[message.channelId]) isNews(message.channelId);
  change(message.channelId, (held) => held && count(held, message, myId));
}

export interface Purge {
  channelId: string;
  seqs: readonly number[];
  revisions: readonly number[];
}

export function hearPurged({ channelId, seqs, revisions }: Purge): void {
  isNews(channelId);
  change(channelId, (held) => held && counts.purged(held, seqs, Math.max(...revisions)));
}

/** The marker moved, on this device or another. Moved back, it was marked unread, and looking at it is no reading. */
export function hearRead(told: counts.UnreadState): void {
  const { channelId, lastReadSeq } = told;
  isNews(channelId);
  // What was read here since will be told, too.
  if (lastReadSeq < (awaited.get(channelId) ?? 0)) return;
  awaited.delete(channelId);
  const before = reading().held[channelId];
  change(channelId, (held) => held && counts.read(held, told));
  if (before && lastReadSeq < before.lastReadSeq) {
    keptUnread.add(channelId);
    drawLine(channelId, lastReadSeq);
  }
}

export function hearNotifications(channelId: string, { level, mutedUntil }: Hearing): void {
  useReading.setState((state) => ({ hearing: { ...state.hearing, [channelId]: { level, mutedUntil } } }));
  wakeAtNextEnd();
}

/** What is muted until a moment is heard again from then on, also if nothing is said. */
function wakeAtNextEnd(): void {
  clearTimeout(waking);
  const now = Date.now();
  const ends = Object.values(reading().hearing).map(({ mutedUntil }) => (mutedUntil ? Date.parse(mutedUntil) : 0));
  const next = Math.min(...ends.filter((at) => at > now));
  if (next === Infinity) return;
  const wake = () => (useReading.setState(({ hearing }) => ({ hearing: { ...hearing } })), wakeAtNextEnd());
  waking = setTimeout(wake, Math.min(next - now + 1, LONGEST_WAIT_MS));
}

/** A conversation is opened: what came since it was read is set apart, and looking at it reads it. */
export function openReading(channelId: string): void {
  keptUnread.delete(channelId);
  const held = reading().held[channelId];
  if (held) drawLine(channelId, held.lastReadSeq);
}

function drawLine(channelId: string, after: number): void {
  const held = reading().held[channelId];
  const line = { after, until: held ? counts.newestSeq(held) : after };
  useReading.setState((state) => ({ lines: { ...state.lines, [channelId]: line } }));
}

/** What has been on screen has been read: at once here, then on all devices. */
export function markSeen(channelId: string, seq: number): void {
  const held = reading().held[channelId];
  if (!held || seq <= held.lastReadSeq || keptUnread.has(channelId)) return;
  untold.set(channelId, seq);
  awaited.set(channelId, seq);
  change(channelId, () => counts.markUpTo(held, seq));
  void tell(channelId);
}

export function tellWhatWasRead(): void {
  for (const channelId of untold.keys()) void tell(channelId);
}

/** One at a time; while one is under way only the furthest waits. */
function tell(channelId: string): Promise<void> {
  const before = telling.get(channelId);
  if (before) return before;
  const now = tellAll(channelId).finally(() => telling.delete(channelId));
  telling.set(channelId, now);
  return now;
}

async function tellAll(channelId: string): Promise<void> {
  try {
    for (let seq = untold.get(channelId); seq !== undefined; seq = untold.get(channelId)) {
      const answer = await ask("channel:read", { channelId, seq });
      if (untold.get(channelId) === seq) untold.delete(channelId);
      if (!answer.ok) awaited.delete(channelId);
    }
  } catch {
    // Not connected: told once we are.
  }
}

/** After what is being told as read: the server does what comes last. */
export async function keepUnread(message: Message): Promise<void> {
  const { channelId } = message;
  keptUnread.add(channelId);
  untold.delete(channelId);
  await telling.get(channelId);
  awaited.delete(channelId);
  const told = await markUnread(message.id);
  takeOne(told);
  drawLine(channelId, told.lastReadSeq);
}

export async function choose(channelId: string, level: Level, mutedUntil: Date | null): Promise<void> {
  takeOne(await chooseNotifications(channelId, level, mutedUntil));
}

function isNews(channelId: string): void {
  heard.set(channelId, (heard.get(channelId) ?? 0) + 1);
}

function change(channelId: string, count: (held: counts.Held | undefined) => counts.Held | undefined): void {
  const before = reading().held[channelId];
  const held = count(before);
  if (held && held !== before) useReading.setState((state) => ({ held: { ...state.held, [channelId]: held } }));
  if (!held || held.isUnsure) void recount(channelId, APART_MS);
}
