/** After every (re)connect: the socket has joined its channels, now fetch what was missed before that. */
import type { Channel, Message } from "../api/types";
import { changeTimeline, conversations, timelineOf } from "../conversation/conversations";
import { heal, refresh, startOver } from "../conversation/history";
import { type Ticket, completeUntil, hearOf, mergeSync, ticketOf } from "../conversation/timeline";
import { place } from "../location";
import { noticeChannel } from "../reading/unread";
import { refreshThreads } from "../threads/threads";
import { type Answer, ask, isConnected } from "./connection";
import { pause, pauseMs } from "./backoff";
import { checkSoon } from "./selfcheck";

interface Missed {
  messages?: Message[];
  lastSeq?: number;
  channel?: Channel;
  isNew?: boolean;
  reset?: boolean;
}

interface CaughtUp extends Answer {
  channels?: Record<string, Missed>;
}

let round = 0;

export async function catchUp(): Promise<void> {
  const mine = ++round;
  for (let attempt = 0; mine === round && isConnected(); attempt += 1) {
    try {
      return await sync();
    } catch {
      await pause(pauseMs(attempt));
    }
  }
}

/** A page that slept in the background may have lost what its socket never noticed. */
export function catchUpOnReturn(): () => void {
  const returned = () => {
    if (document.visibilityState === "visible" && isConnected()) void catchUp().then(refreshThreadOnScreen).then(checkSoon);
  };
  document.addEventListener("visibilitychange", returned);
  return () => document.removeEventListener("visibilitychange", returned);
}

/** A thread that is open is not caught up with by its channel's numbers. */
export async function refreshThreadOnScreen(): Promise<void> {
  await refreshThreads(place().threadId).catch(() => undefined);
}

/** What is on screen may have been edited meanwhile; other conversations are fetched again when opened. */
export async function refreshOnScreen(): Promise<void> {
  const { channelId } = place();
  if (channelId && conversations().timelines[channelId]) await refresh(channelId).catch(() => undefined);
}

async function sync(): Promise<void> {
  const opened = Object.entries(conversations().timelines);
  const positions = opened.map(([id, timeline]) => [id, completeUntil(timeline)] as const);
  const channels = Object.fromEntries(positions.filter((entry) => entry[1] !== null));
  const tickets = new Map(opened.map(([id, timeline]) => [id, ticketOf(timeline)]));
  const answer = await ask<CaughtUp>("sync", { channels });
  if (!answer.channels) throw new Error("sync was refused");
  for (const [channelId, missed] of Object.entries(answer.channels)) merge(channelId, missed, tickets.get(channelId));
}

function merge(channelId: string, missed: Missed, ticket: Ticket | undefined): void {
  const lastSeq = missed.lastSeq ?? missed.messages?.at(-1)?.seq ?? 0;
  if (missed.channel) noticeChannel(channelId, missed.channel.workspaceId);
  if (!conversations().timelines[channelId]) return;
  if (missed.reset) return void startOver(channelId).catch(() => undefined);
  const from = ticket ?? ticketOf(timelineOf(channelId));
  changeTimeline(channelId, (timeline) => hearOf(mergeSync(timeline, from, missed.messages ?? [], lastSeq), lastSeq));
  void heal(channelId);
}
