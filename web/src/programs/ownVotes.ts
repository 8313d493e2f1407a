/** One's own votes: given here one after another, and looked at anew once they were changed in another window. */
import { queryOptions } from "@tanstack/react-query";

import { getPoll, vote } from "../api/routes";
import type { Message, Poll, PollStanding } from "../api/types";
import { change } from "../live/change";
import { keys, outdated, queries } from "../live/queries";
import { useSession } from "../session/session";
import { chosenAfter } from "./polls";

/** Nobody is told whose vote in an anonymous poll it was. So all who look ask, though not all at once. */
export const ASKED_WITHIN_MS = 5_000;
const waiting = new Set<string>();
/** What is chosen here and not yet known to be counted. */
const wanted = new Map<string, string[]>();
const telling = new Map<string, Promise<void>>();

export const standingQuery = (messageId: string) =>
  queryOptions({ queryKey: keys.poll(messageId), queryFn: () => getPoll(messageId) });

export function take({ id, channelId }: Message, standing: PollStanding): void {
  const mine = wanted.get(id) ?? standing.mine;
  queries.setQueryData(keys.poll(id), { ...standing, mine });
  change(channelId, { kind: "poll", messageId: id, poll: standing.poll });
}

/** Upon what was chosen before, also a moment ago: several options are pressed faster than answers come. */
export async function choose(message: Message, poll: Poll, optionId: string): Promise<void> {
  const { id } = message;
  const standing = await queries.ensureQueryData(standingQuery(id));
  const mine = chosenAfter(poll, wanted.get(id) ?? standing.mine, optionId);
  wanted.set(id, mine);
  queries.setQueryData<PollStanding>(keys.poll(id), (held = standing) => ({ ...held, mine }));
  const told = telling.get(id) ?? tell(message).finally(() => telling.delete(id));
  telling.set(id, told);
  await told;
}

/** One at a time; while one is under way only the last waits. */
async function tell(message: Message): Promise<void> {
  const { id } = message;
  try {
    for (let mine = wanted.get(id); mine; mine = wanted.get(id)) {
      const standing = await vote(id, mine);
      if (wanted.get(id) === mine) wanted.delete(id);
      take(message, standing);
    }
  } catch (error) {
    wanted.delete(id);
    outdated(keys.poll(id));
    throw error;
  }
}

export function hearVote(messageId: string, userId: string, poll: Poll): void {
  const look = () => void (wanted.has(messageId) || outdated(keys.poll(messageId)));
  if (userId === useSession.getState().session?.user.id) look();
  if (!poll.isAnonymous || waiting.has(messageId)) return;
  waiting.add(messageId);
  setTimeout(() => {
    waiting.delete(messageId);
    look();
  }, Math.random() * ASKED_WITHIN_MS);
}
