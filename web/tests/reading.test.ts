import { expect, test } from "vitest";

import type { Message } from "../src/api/types";
import * as counts from "../src/reading/counts";
import { aMessage, randomOf } from "./messages";

const ME = "me";

/** A channel as the server has it, and how far one has read it. */
class Server {
  messages: Message[] = [];
  revision = 0;
  lastReadSeq = 0;

  state(): counts.UnreadState {
    const behind = this.messages.filter(
      (each) =>
        each.seq > this.lastReadSeq &&
        each.userId !== ME &&
        !each.isDeleted &&
        (!each.parentMessageId || each.alsoToChannel),
    );
    const mentions = behind.filter((each) => each.mentionsChannel || each.mentions?.includes(ME)).length;
    return {
      channelId: "c",
      unread: Math.min(counts.CAP, behind.length),
      mentions: Math.min(counts.CAP, mentions),
      lastReadSeq: this.lastReadSeq,
      lastSeq: this.messages.length,
      lastRevision: this.revision,
    };
  }

  post(changes: Partial<Message>): Message {
    const message = aMessage(this.messages.length + 1, { revision: 0, ...changes });
    this.messages.push(message);
    return message;
  }

  change(seq: number, changes: Partial<Message>): Message {
    const changed = { ...this.messages[seq - 1]!, ...changes, revision: ++this.revision };
    this.messages[seq - 1] = changed;
    return changed;
  }
}

type Told = (held: counts.Held) => counts.Held;

/** Something happens; what the channel's stream tells of it, or the person's own. */
function happen(server: Server, below: (limit: number) => number, mentionsOneIn: number): { channel?: Told; own?: Told } {
  const some = () => 1 + below(server.messages.length);
  const said = { mentions: below(mentionsOneIn) === 0 ? [ME] : [], mentionsChannel: below(2 * mentionsOneIn) === 0 };
  const kind = server.messages.length === 0 ? 0 : below(10);
  if (kind < 5) {
    const where = below(4) === 0 ? { parentMessageId: "m1", alsoToChannel: below(2) === 0 } : {};
    const message = server.post({ ...said, ...where, userId: below(3) === 0 ? ME : "bob" });
    return { channel: (held) => counts.posted(held, message, ME) };
  }
  const seq = some();
  if (kind < 7 && !server.messages[seq - 1]!.isDeleted) {
    const isDeletion = kind === 6;
    const gone = { isDeleted: true, mentions: [], mentionsChannel: false };
    const message = server.change(seq, isDeletion ? gone : said);
    return { channel: (held) => (isDeletion ? counts.deleted : counts.updated)(held, message, ME) };
  }
  server.lastReadSeq = kind === 9 ? Math.min(server.lastReadSeq, seq - 1) : Math.max(server.lastReadSeq, seq);
  const told = server.state();
  return { own: (held) => counts.read(held, told) };
}

test("in whatever order the two streams come, a device's counts are a recount", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const below = randomOf(seed);
    const server = new Server();
    let held = counts.take(undefined, server.state());
    const channel: Told[] = [];
    const own: Told[] = [];
    for (let step = 0; step < 60; step += 1) {
      const told = happen(server, below, seed % 2 === 0 ? 4 : 400);
      if (told.channel) channel.push(told.channel);
      if (told.own) own.push(told.own);
      while (channel.length + own.length > 0 && below(3) > 0) {
        const next = (own.length === 0 || (channel.length > 0 && below(2) === 0) ? channel : own).shift()!;
        held = next(held);
        // Asked because it is unsure, or because it came anew: the answer may be ahead of what is told.
        if (below(held.isUnsure ? 2 : 8) === 0) held = counts.take(held, server.state());
      }
    }
    for (const next of [...channel, ...own]) held = next(held);
    if (held.isUnsure) held = counts.take(held, server.state());
    const { unread, mentions } = server.state();
    expect({ seed, ...counts.countsOf(held) }).toEqual({ seed, unread, mentions });
  }
});

const START = { channelId: "c", unread: 2, mentions: 0, lastReadSeq: 3, lastSeq: 5, lastRevision: 7 };
const start = counts.take(undefined, START);

test("what was counted by the server is not counted again", () => {
  expect(counts.posted(start, aMessage(5), ME)).toBe(start);
  expect(counts.deleted(start, aMessage(4, { revision: 7 }), ME)).toBe(start);
});

test("a deletion that the server had not counted takes one away, and only once", () => {
  const once = counts.deleted(start, aMessage(4, { revision: 8 }), ME);
  expect(counts.countsOf(once).unread).toBe(1);
  expect(counts.deleted(once, aMessage(4, { revision: 8 }), ME)).toBe(once);
  expect(once.isUnsure).toBe(false);
});

test("what retention removed is no longer unread", () => {
  const heard = counts.posted(start, aMessage(6), ME);
  const less = counts.purged(heard, [6], 8);
  expect([counts.countsOf(less).unread, less.isUnsure]).toEqual([2, false]);
  expect(counts.purged(heard, [4], 8).isUnsure).toBe(true);
  expect(counts.purged(heard, [1, 2, 3], 8).isUnsure).toBe(false);
});

test("who was meant by @here is asked", () => {
  expect(counts.posted(start, aMessage(6, { mentionsHere: true }), ME).isUnsure).toBe(true);
});

test("more than a thousand are told as a thousand", () => {
  const many = counts.take(undefined, { ...START, unread: counts.CAP });
  expect(counts.countsOf(counts.posted(many, aMessage(6), ME)).unread).toBe(counts.CAP);
  expect(counts.deleted(many, aMessage(4, { revision: 8 }), ME).isUnsure).toBe(true);
});
