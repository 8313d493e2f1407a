/** What follows from a poll's state. */
import type { Poll, PollOption } from "../api/types";

/** What one has chosen after pressing an option: pressed again it is taken back. */
export function chosenAfter(poll: Poll, mine: readonly string[], optionId: string): string[] {
  if (mine.includes(optionId)) return mine.filter((id) => id !== optionId);
  return poll.isMultiple ? [...mine, optionId] : [optionId];
}

export function isOver(poll: Poll, now: Date): boolean {
  return poll.closedAt !== null || (poll.closesAt !== null && new Date(poll.closesAt) <= now);
}

/** The longest that timers wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls when the poll's time is up, unless that is weeks ahead; what it returns stops that. */
export function onceOver(poll: Poll, call: () => void): () => void {
  const left = poll.closesAt === null || poll.closedAt !== null ? 0 : new Date(poll.closesAt).getTime() - Date.now();
  if (left <= 0 || left > LONGEST_MS) return () => undefined;
  const timer = setTimeout(call, left);
  return () => clearTimeout(timer);
}

/** In percent of those who voted. */
export function shareOf(poll: Poll, option: PollOption): number {
  return poll.voters === 0 ? 0 : Math.round((100 * option.votes) / poll.voters);
}
