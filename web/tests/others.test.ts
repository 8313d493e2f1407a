import { beforeEach, expect, test, vi } from "vitest";

import "./browser";
import { Problem } from "../src/api/problem";
import * as routes from "../src/api/routes";
import type { WorkspaceMember } from "../src/api/types";
import { keys, queries } from "../src/live/queries";
import { AT_ONCE, MOST_KNOWN, type Others, askFor } from "../src/workspaces/others";
import { nameOf, peopleOf } from "../src/workspaces/people";

const idOf = (number: number) => `0190a000-0000-7000-8000-${String(number).padStart(12, "0")}`;
const personOf = (userId: string) => ({ userId, name: `Name of ${userId}`, status: "active" }) as WorkspaceMember;
const listed = [{ ...personOf(idOf(0)), name: "Listed" }];
const asked = vi.spyOn(routes, "membersOf");
const others = () => queries.getQueryData<Others>(keys.others("w")) ?? new Map();
const people = () => peopleOf("w", listed, others());

beforeEach(() => {
  queries.clear();
  asked.mockReset();
  asked.mockImplementation((_, ids) => Promise.resolve(ids.map(personOf)));
});

test("who is not listed is asked for once, together with others", async () => {
  for (let time = 0; time < 3; time += 1)
    for (let number = 0; number <= AT_ONCE + 1; number += 1) nameOf(people(), idOf(number));
  await expect.poll(() => others().size).toBe(AT_ONCE + 1);
  expect(asked.mock.calls.map(([, ids]) => ids.length)).toEqual([AT_ONCE, 1]);
  expect([nameOf(people(), idOf(0)), nameOf(people(), idOf(7))]).toEqual(["Listed", `Name of ${idOf(7)}`]);
  nameOf(people(), idOf(7));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked).toHaveBeenCalledTimes(2);
});

test("whom nobody knows is asked for once, and what is no id never", async () => {
  asked.mockResolvedValueOnce([]);
  askFor("w", idOf(1));
  askFor("w", "-".repeat(36));
  await expect.poll(() => others().get(idOf(1))?.member).toBe(null);
  expect(asked.mock.calls).toEqual([["w", [idOf(1)]]]);
  askFor("w", idOf(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked).toHaveBeenCalledTimes(1);
});

test("a failure is no answer", async () => {
  asked.mockRejectedValueOnce(new Problem(403, "forbidden", ""));
  askFor("w", idOf(1));
  await expect.poll(() => asked.mock.calls.length).toBe(1);
  await expect.poll(() => (askFor("w", idOf(1)), others().get(idOf(1))?.member?.name)).toBe(`Name of ${idOf(1)}`);
});

test("only so many are known", async () => {
  for (let number = 0; number < MOST_KNOWN + 10; number += 1) askFor("w", idOf(number));
  await expect.poll(() => others().has(idOf(MOST_KNOWN + 9)), { timeout: 5_000 }).toBe(true);
  expect([others().size, others().has(idOf(9)), others().has(idOf(10))]).toEqual([MOST_KNOWN, false, true]);
});
