/** Fetches what a timeline lacks: its newest page, older pages, and the holes. */
import { listMessages } from "../api/routes";
import { Problem } from "../api/problem";
import type { Message } from "../api/types";
import { pause, pauseMs } from "../live/backoff";
import { anew, once } from "../live/once";
import { linesOf } from "./completeness";
import { changeTimeline, timelineOf } from "./conversations";
import { EMPTY, completeUntil, mend, mergeNewest, mergeOlder, mergeSync, missing, reset, ticketOf } from "./timeline";

const PAGE = 50;
const LARGE_PAGE = 100;
const LARGEST_PAGE = 200;
const WORTH_FILLING = 1_000;
const ATTEMPTS = 8;

const healing = new Set<string>();

/** Opens a channel: from now on what is heard live is kept, and the newest page is fetched. */
export async function loadNewest(channelId: string): Promise<void> {
  changeTimeline(channelId, (timeline) => (timeline === EMPTY ? { ...EMPTY } : timeline));
  await once(`${channelId} newest`, async () => {
    const ticket = ticketOf(timelineOf(channelId));
    const page = await listMessages(channelId, { limit: PAGE });
    changeTimeline(channelId, (timeline) => mergeNewest(timeline, ticket, page));
  });
  void heal(channelId);
}

export async function loadOlder(channelId: string): Promise<void> {
  const first = timelineOf(channelId).messages[0];
  if (!first || !timelineOf(channelId).hasOlder) return;
  await once(`${channelId} older`, () => fetchBefore(channelId, first.id, PAGE));
}

/** Edits and reactions missed while away are in no sync: fetch again what is held. */
export async function refresh(channelId: string): Promise<void> {
  if (completeUntil(timelineOf(channelId)) === null) return loadNewest(channelId);
  const oldest = timelineOf(channelId).messages[0]?.seq ?? 0;
  await loadNewest(channelId);
  let before = timelineOf(channelId).messages.at(-PAGE);
  while (before && before.seq > oldest) {
    await fetchBefore(channelId, before.id, LARGE_PAGE);
    const held = timelineOf(channelId).messages;
    before = held[held.findIndex((message) => message.id === before?.id) - LARGE_PAGE];
  }
}

export async function startOver(channelId: string): Promise<void> {
  changeTimeline(channelId, reset);
  anew(`${channelId} newest`);
  await loadNewest(channelId);
}

/** Fetches again what is held from one seq on, and takes it as it comes; whether anything held was wrong. */
export async function refetch(channelId: string, fromSeq: number, lastSeq: number): Promise<boolean> {
  const ticket = ticketOf(timelineOf(channelId));
  const rows = await fetchFrom(channelId, fromSeq);
  const untilSeq = Math.max(lastSeq, rows.at(-1)?.seq ?? 0);
  let wasWrong = false;
  changeTimeline(channelId, (timeline) => {
    const mended = mend(timeline, ticket, rows, fromSeq, untilSeq);
    wasWrong = linesOf(mended.messages) !== linesOf(timeline.messages);
    return wasWrong ? mended : timeline;
  });
  void heal(channelId);
  return wasWrong;
}

/** Fetches until no hole is left; gives up after some failures until the next message or reconnect. */
export async function heal(channelId: string): Promise<void> {
  if (healing.has(channelId) || !missing(timelineOf(channelId))) return;
  healing.add(channelId);
  try {
    await fill(channelId);
  } finally {
    healing.delete(channelId);
  }
}

async function fill(channelId: string): Promise<void> {
  for (let failures = 0; failures < ATTEMPTS;) {
    const hole = missing(timelineOf(channelId));
    if (!hole) return;
    const progressed = await fillOnce(channelId, hole.afterId, hole.size);
    if (!progressed) await pause(pauseMs(failures++));
  }
}

async function fillOnce(channelId: string, afterId: string | null, size: number): Promise<boolean> {
  const until = completeUntil(timelineOf(channelId));
  try {
    if (!afterId || size > WORTH_FILLING) changeTimeline(channelId, reset);
    const ticket = ticketOf(timelineOf(channelId));
    if (!afterId || size > WORTH_FILLING) {
      const page = await listMessages(channelId, { limit: PAGE });
      changeTimeline(channelId, (timeline) => mergeNewest(timeline, ticket, page));
    } else {
      const page = await listMessages(channelId, { limit: LARGE_PAGE, after: afterId });
      changeTimeline(channelId, (timeline) => mergeSync(timeline, ticket, page.messages));
    }
  } catch (error) {
    if (error instanceof Problem && !error.isPassing) return false;
  }
  return completeUntil(timelineOf(channelId)) !== until;
}

async function fetchFrom(channelId: string, fromSeq: number): Promise<Message[]> {
  let page = await listMessages(channelId, { limit: LARGEST_PAGE });
  let rows = page.messages;
  while (page.hasMore && rows[0] && rows[0].seq > fromSeq) {
    page = await listMessages(channelId, { limit: LARGEST_PAGE, before: rows[0].id });
    rows = [...page.messages, ...rows];
  }
  return rows;
}

async function fetchBefore(channelId: string, messageId: string, limit: number): Promise<void> {
  const ticket = ticketOf(timelineOf(channelId));
  const page = await listMessages(channelId, { limit, before: messageId });
  changeTimeline(channelId, (timeline) => mergeOlder(timeline, ticket, page));
}
