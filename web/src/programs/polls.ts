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

/** In percent of those who voted. */
export function shareOf(poll: Poll, option: PollOption): number {
  return poll.voters === 0 ? 0 : Math.round((100 * option.votes) / poll.voters);
}
