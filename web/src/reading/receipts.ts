/** How far the others in a conversation have read. */
import { useQuery } from "@tanstack/react-query";

import { type Receipt, listReceipts } from "../api/reading";
import type { ListedChannel, Message } from "../api/types";
import { keys, outdated, queries } from "../live/queries";

const NONE: readonly Receipt[] = [];
const ALL = ["receipts"];

/** My newest message that somebody else has read, and who has. */
export interface Seen {
  readonly messageId: string;
  readonly userIds: readonly string[];
}

/** Nothing in channels, where nobody is told. */
export function useReceipts({ id, type, isMember }: ListedChannel): readonly Receipt[] {
  const isConversation = type === "direct" || type === "group";
  const found = useQuery({
    queryKey: keys.receipts(id),
    queryFn: () => listReceipts(id),
    enabled: isConversation && isMember,
  });
  return found.data ?? NONE;
}

export function hearReceipt({ channelId, userId, lastReadSeq }: { channelId: string } & Receipt): void {
  const key = keys.receipts(channelId);
  const held = queries.getQueryData<readonly Receipt[]>(key);
  if (!held) return outdated(key);
  queries.setQueryData(
    key,
    held.map((each) => (each.userId === userId && lastReadSeq > each.lastReadSeq ? { userId, lastReadSeq } : each)),
  );
}

interface Choice {
  userId: string;
  sendsReadReceipts: boolean;
}

/** Somebody else sends receipts from now on, or none any more: those they sent are not shown a moment longer. */
export function hearChoice({ userId, sendsReadReceipts }: Choice): void {
  if (!sendsReadReceipts) {
    queries.setQueriesData<readonly Receipt[]>({ queryKey: ALL }, (held) =>
      held?.filter((each) => each.userId !== userId),
    );
  }
  outdated(ALL);
}

/** The same of oneself: who sends none sees none, whatever was answered just before. */
export async function hearOwnChoice(sendsReadReceipts: boolean): Promise<void> {
  if (sendsReadReceipts) return outdated(ALL);
  await queries.cancelQueries({ queryKey: ALL });
  queries.setQueriesData<readonly Receipt[]>({ queryKey: ALL }, NONE);
}

export function seenOf(messages: readonly Message[], receipts: readonly Receipt[], myId: string): Seen | null {
  const furthest = Math.max(0, ...receipts.map((each) => each.lastReadSeq));
  const mine = messages.findLast(({ seq, userId, isDeleted }) => seq <= furthest && userId === myId && !isDeleted);
  if (!mine) return null;
  const readers = receipts.filter((each) => each.lastReadSeq >= mine.seq);
  return { messageId: mine.id, userIds: readers.map((each) => each.userId) };
}
