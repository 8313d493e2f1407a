/** Whom rights can be given to, as the server's table of terms has it. */
import type { Decided, Rank } from "../api/administration";

const RANKS: readonly Rank[] = ["guest", "member", "channelAdmin", "admin", "owner"];
/** Who has a right unless it is said otherwise. */
export const USUAL: Readonly<Record<string, Rank>> = {
  post: "guest",
  reply: "guest",
  react: "guest",
  mentionEveryone: "member",
  pin: "member",
  inviteToChannel: "member",
  createChannels: "member",
  manage: "channelAdmin",
};
/** Guests never have these. */
const NOT_FOR_GUESTS = new Set(["mentionEveryone", "inviteToChannel", "createChannels", "manage"]);

export const RIGHTS = Object.keys(USUAL);

/** Nobody asks for more than they are; in a channel only its own right to create channels makes no sense. */
export function ranksFor(right: string, mine: Rank): Rank[] {
  const least = NOT_FOR_GUESTS.has(right) ? 1 : 0;
  return RANKS.slice(least, RANKS.indexOf(mine) + 1);
}

/** The announcement switch is nothing but the right to post. */
export const isForFew = (rank: Rank | undefined) => rank !== undefined && RANKS.indexOf(rank) >= 2;

/** Takes back all that was said. */
export const nothing = (said: Record<string, Rank>): Decided =>
  Object.fromEntries(Object.keys(said).map((right) => [right, null]));
