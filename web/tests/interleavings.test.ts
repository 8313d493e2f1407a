/** Whatever arrives in whatever order, every client ends with the channel as the server has it. */
import { expect, test } from "vitest";

import type { Message } from "../src/api/types";
import * as timelines from "../src/conversation/timeline";
import { aMessage, randomOf } from "./messages";

type Random = (below: number) => number;
type Step = (timeline: timelines.Timeline) => timelines.Timeline;

const SEEDS = 200;
const STEPS = 240;
const PAGE = 7;
const TOO_FAR = 25;

/** One channel on a server: events go out in order, answers are a copy of the moment they were made. */
class Server {
  readonly messages: Message[] = [];
  private clock = Date.parse("2026-02-01T00:00:00.000Z");

  post(): timelines.Change | Message {
    const message = aMessage(this.messages.length + 1, { updatedAt: this.now() });
    this.messages.push(message);
    return message;
  }

  alter(random: Random): timelines.Change | Message {
    const index = random(this.messages.length);
    const message = this.messages[index];
    if (!message) return this.post();
    const kind = random(4);
    if (kind === 0)
      return this.put(index, { ...message, content: "", isDeleted: true, updatedAt: this.now() }, "delete");
    if (kind === 1 && !message.isDeleted) {
      return this.put(
        index,
        { ...message, content: `edit ${this.clock}`, isEdited: true, updatedAt: this.now() },
        "update",
      );
    }
    const [emoji, userId] = [["👍", "🎉"][random(2)] ?? "", ["bob", "carol"][random(2)] ?? ""];
    const add = !(message.reactions[emoji] ?? []).includes(userId);
    const users = add
      ? [...(message.reactions[emoji] ?? []), userId]
      : (message.reactions[emoji] ?? []).filter((id) => id !== userId);
    const { [emoji]: _, ...rest } = message.reactions;
    this.messages[index] = { ...message, reactions: users.length > 0 ? { ...rest, [emoji]: users } : rest };
    return { kind: "reaction", messageId: message.id, emoji, userId, add };
  }

  newest(limit = PAGE) {
    return {
      messages: this.messages.slice(-limit),
      hasMore: this.messages.length > limit,
      total: this.messages.length,
    };
  }

  before(seq: number) {
    const from = Math.max(0, seq - 1 - PAGE);
    return { messages: this.messages.slice(from, seq - 1), hasMore: from > 0, total: this.messages.length };
  }

  private put(index: number, message: Message, kind: "update" | "delete"): timelines.Change {
    this.messages[index] = message;
    return kind === "update" ? { kind, message } : { kind, messageId: message.id, message };
  }

  private now(): string {
    return new Date((this.clock += 1)).toISOString();
  }
}

/** A client whose socket may be gone, and whose fetches arrive late and in any order. */
class Client {
  timeline = timelines.EMPTY;
  isConnected = true;
  wasAway = false;
  private readonly live: Step[] = [];
  private readonly answers: Step[] = [];

  constructor(private readonly server: Server) {}

  hear(event: timelines.Change | Message): void {
    if (!this.isConnected) return;
    this.live.push((timeline) =>
      "kind" in event ? timelines.apply(timeline, event) : timelines.receive(timeline, event),
    );
  }

  disconnect(): void {
    this.isConnected = false;
    this.wasAway = true;
    this.live.length = 0;
  }

  reconnect(): void {
    this.isConnected = true;
    this.sync();
    this.fetchNewest();
  }

  fetchNewest(): void {
    const [ticket, page] = [timelines.ticketOf(this.timeline), this.server.newest()];
    this.answers.push((timeline) => timelines.mergeNewest(timeline, ticket, page));
  }

  fetchOlder(): void {
    const first = this.timeline.messages[0];
    if (!first || !this.timeline.hasOlder) return;
    const [ticket, page] = [timelines.ticketOf(this.timeline), this.server.before(first.seq)];
    this.answers.push((timeline) => timelines.mergeOlder(timeline, ticket, page));
  }

  deliverOne(random: Random): void {
    if (this.live.length > 0 && random(4) > 0) return this.take(this.live.shift());
    if (this.answers.length > 0 && random(3) === 0) this.take(this.answers.splice(random(this.answers.length), 1)[0]);
  }

  /** Everything under way arrives and holes are filled; who was away fetches again what it held meanwhile. */
  settle(random: Random): void {
    while (this.live.length + this.answers.length > 0) this.deliverOne(random);
    if (!this.timeline.isLoaded) this.takeNow(() => this.fetchNewest());
    for (let hole = timelines.missing(this.timeline); hole; hole = timelines.missing(this.timeline)) this.fill(hole);
    while (this.timeline.hasOlder) this.takeNow(() => this.fetchOlder());
    if (!this.wasAway) return;
    const ticket = timelines.ticketOf(this.timeline);
    this.take((timeline) => timelines.mergeNewest(timeline, ticket, this.server.newest(Infinity)));
  }

  private sync(): void {
    const position = timelines.completeUntil(this.timeline);
    if (position === null) return;
    const [ticket, lastSeq] = [timelines.ticketOf(this.timeline), this.server.messages.length];
    if (lastSeq - position > TOO_FAR) {
      this.take(timelines.reset);
      return this.fetchNewest();
    }
    const missed = this.server.messages.slice(position);
    this.answers.push((timeline) => timelines.mergeSync(timeline, ticket, missed, lastSeq));
  }

  private fill(hole: timelines.Hole): void {
    const ticket = timelines.ticketOf(this.timeline);
    const after = this.server.messages.findIndex((message) => message.id === hole.afterId) + 1;
    this.take((timeline) => timelines.mergeSync(timeline, ticket, this.server.messages.slice(after, after + PAGE)));
  }

  private takeNow(fetch: () => void): void {
    fetch();
    this.take(this.answers.pop());
  }

  private take(step: Step | undefined): void {
    if (step) this.timeline = step(this.timeline);
    expectSound(this.timeline);
  }
}

function expectSound({ messages }: timelines.Timeline): void {
  const inOrder = messages.every((message, index) => index === 0 || (messages[index - 1]?.seq ?? 0) < message.seq);
  expect(inOrder).toBe(true);
  expect(new Set(messages.map((message) => message.id)).size).toBe(messages.length);
}

function act(random: Random, server: Server, clients: Client[]): void {
  const client = clients[random(clients.length)] as Client;
  const dice = random(60);
  if (dice < 6) tellAll(clients, server.post());
  else if (dice < 9) tellAll(clients, server.alter(random));
  else if (dice === 9) client.fetchNewest();
  else if (dice === 10) client.fetchOlder();
  else if (dice === 11 && client !== clients[0]) return client.isConnected ? client.disconnect() : client.reconnect();
  else client.deliverOne(random);
}

const tellAll = (clients: Client[], event: timelines.Change | Message) =>
  clients.forEach((client) => client.hear(event));

const plain = (messages: readonly Message[]) =>
  messages.map(({ id, content, isDeleted, reactions }) => ({
    id,
    content,
    isDeleted,
    reactions: Object.entries(reactions)
      .map(([emoji, users]) => `${emoji} ${[...users].sort().join()}`)
      .sort(),
  }));

test("live, history and sync in any interleaving give the same list to everybody", () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = randomOf(seed);
    const server = new Server();
    const clients = [new Client(server), new Client(server), new Client(server)];
    for (let step = 0; step < STEPS; step += 1) act(random, server, clients);
    for (const client of clients) {
      if (!client.isConnected) client.reconnect();
      client.settle(random);
      expect(plain(client.timeline.messages), `seed ${seed}`).toEqual(plain(server.messages));
    }
  }
});
