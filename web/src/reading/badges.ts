/** How what is unread shows: names in bold, numbers beside them, a sign in the window's title. */
import type { ChannelType } from "../api/types";
import { CAP, countsOf } from "./counts";
import { type Hearing, useReading } from "./unread";

export interface Badge {
  /** Something is unread of which one wants to hear. */
  readonly isBold: boolean;
  /** Somebody is waiting: a mention, or a word in a conversation of few. */
  readonly isUrgent: boolean;
  readonly isMuted: boolean;
  /** Empty when there is nothing to count. */
  readonly number: string;
}

const NOTHING: Badge = { isBold: false, isUrgent: false, isMuted: false, number: "" };
type State = ReturnType<typeof useReading.getState>;

export function badgeOf(state: State, channelId: string, type: ChannelType, now = Date.now()): Badge {
  const held = state.held[channelId];
  if (!held) return NOTHING;
  const isMuted = isMutedNow(state.hearing[channelId], now);
  const { unread, mentions } = countsOf(held);
  const waiting = type === "direct" || type === "group" ? unread : mentions;
  const wantsAll = state.hearing[channelId]?.level !== "mentions";
  return {
    isMuted,
    isBold: !isMuted && (waiting > 0 || (wantsAll && unread > 0)),
    isUrgent: !isMuted && waiting > 0,
    number: shown(!isMuted && waiting > 0 ? waiting : unread),
  };
}

export function isMutedNow(hearing: Hearing | undefined, now = Date.now()): boolean {
  if (!hearing) return false;
  return hearing.level === "nothing" || (hearing.mutedUntil !== null && Date.parse(hearing.mutedUntil) > now);
}

/** Whether anything is unread in a workspace, or in all of them, and how many mentions. */
export function totals(state: State, workspaceId?: string): { hasUnread: boolean; mentions: number } {
  let hasUnread = false;
  let mentions = 0;
  for (const [channelId, held] of Object.entries(state.held)) {
    if (workspaceId !== undefined && state.workspaceOf[channelId] !== workspaceId) continue;
    if (isMutedNow(state.hearing[channelId])) continue;
    const counted = countsOf(held);
    hasUnread ||= counted.mentions > 0 || (counted.unread > 0 && state.hearing[channelId]?.level !== "mentions");
    mentions += counted.mentions;
  }
  return { hasUnread, mentions };
}

const shown = (number: number) => (number >= CAP ? `${CAP - 1}+` : number > 0 ? String(number) : "");
