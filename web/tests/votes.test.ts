import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Message, Poll } from "../src/api/types";
import { fakeStorage } from "./browser";

vi.stubGlobal("localStorage", fakeStorage());
const { keys, queries } = await import("../src/live/queries");
const server = { mine: ["1"] as string[], votes: [] as string[][], answer: (): void => undefined };
vi.doMock("../src/api/routes", () => ({
  getPoll: () => Promise.resolve({ mine: server.mine, poll: {} }),
  vote: (_: string, mine: string[]) => {
    server.votes.push(mine);
    return new Promise((resolve) => (server.answer = () => resolve({ mine, poll: {} })));
  },
}));
const { ASKED_WITHIN_MS, choose, hearVote } = await import("../src/programs/ownVotes");
const { useSession } = await import("../src/session/session");

const poll = { isAnonymous: false } as Poll;
const asked = vi.fn(() => Promise.resolve({ mine: ["1"] }));
let close: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  useSession.setState({ session: { user: { id: "me" } } } as never);
  close = new QueryObserver(queries, { queryKey: keys.poll("m"), queryFn: asked }).subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
  asked.mockClear();
});
afterEach(() => {
  close();
  queries.clear();
  vi.useRealTimers();
});

test("one's own vote is asked for when it was given elsewhere, and not when others vote", async () => {
  hearVote("m", "another", poll);
  await vi.advanceTimersByTimeAsync(2 * ASKED_WITHIN_MS);
  expect(asked).toHaveBeenCalledTimes(0);
  hearVote("m", "me", poll);
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("in an anonymous poll it is asked for once after many votes", async () => {
  for (let vote = 0; vote < 20; vote++) hearVote("m", "its author", { ...poll, isAnonymous: true });
  await vi.advanceTimersByTimeAsync(2 * ASKED_WITHIN_MS);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("options pressed faster than answers come are chosen together, upon what was chosen before", async () => {
  const message = { id: "n", channelId: "c" } as Message;
  const several = { isMultiple: true, isAnonymous: false } as Poll;
  for (const option of ["2", "3", "4"]) void choose(message, several, option);
  await vi.advanceTimersByTimeAsync(10);
  for (let round = 0; round < 3; round += 1) {
    server.answer();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(server.votes.at(-1)).toEqual(["1", "2", "3", "4"]);
  expect(queries.getQueryData(keys.poll("n"))).toMatchObject({ mine: ["1", "2", "3", "4"] });
});
