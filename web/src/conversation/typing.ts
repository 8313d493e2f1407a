/** Who is typing where; a forgotten "stop" expires by itself. */

export const TYPING_EXPIRES_MS = 6_000;

/** Channel id -> user id -> the moment it expires. */
export type Typing = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function start(typing: Typing, channelId: string, userId: string, now: number): Typing {
  return { ...typing, [channelId]: { ...typing[channelId], [userId]: now + TYPING_EXPIRES_MS } };
}

export function stop(typing: Typing, channelId: string, userId: string): Typing {
  const channel = typing[channelId];
  if (!channel || !(userId in channel)) return typing;
  const { [userId]: _, ...others } = channel;
  return { ...typing, [channelId]: others };
}

export function expire(typing: Typing, now: number): Typing {
  const isStale = Object.values(typing).some((channel) => Object.values(channel).some((until) => until <= now));
  if (!isStale) return typing;
  const kept = (channel: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(channel).filter(([, until]) => until > now));
  return Object.fromEntries(Object.entries(typing).map(([id, channel]) => [id, kept(channel)]));
}
