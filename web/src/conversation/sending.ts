/** Sends drafts one after another per channel, and again after every reconnect: a resend is harmless. */
import { explain } from "../api/problem";
import type { Message } from "../api/types";
import { newIdentifier } from "../identifier";
import { type Answer, ask, isConnected } from "../live/connection";
import { pause, pauseMs } from "../live/backoff";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { changeOutbox, conversations, hear } from "./conversations";
import { heal } from "./history";
import * as outboxes from "./outbox";
import { hearPace, hearPosted } from "./pace";

interface Stored extends Answer {
  message?: Message;
}

/** `retryAfter` seconds in slow mode; `audience` is how many would be mentioned. */
type Refusal = NonNullable<Answer["error"]> & { retryAfter?: number; audience?: number };

const PASSING = new Set(["unavailable", "too_many_requests", "timeout"]);
const ATTEMPTS = 6;

const busy = new Set<string>();

export function send(channelId: string, words: outboxes.Words): boolean {
  if (conversations().outbox.length >= outboxes.OUTBOX_LIMIT) return false;
  const draft = { ...words, clientMessageId: newIdentifier(), channelId, createdAt: new Date().toISOString() };
  changeOutbox((outbox) => outboxes.add(outbox, { ...draft, state: "pending" }));
  void flush(channelId);
  return true;
}

export function sendAgain(draft: outboxes.Draft): void {
  changeOutbox((outbox) => outboxes.retry(outbox, draft.clientMessageId));
  void flush(draft.channelId);
}

export function flushAll(): void {
  for (const channelId of new Set(conversations().outbox.map((draft) => draft.channelId))) void flush(channelId);
}

async function flush(channelId: string): Promise<void> {
  if (busy.has(channelId)) return;
  busy.add(channelId);
  try {
    await drain(channelId);
  } finally {
    busy.delete(channelId);
  }
}

async function drain(channelId: string): Promise<void> {
  let refused = 0;
  for (let attempt = 0; isConnected();) {
    const draft = outboxes.next(conversations().outbox, channelId);
    if (!draft) return;
    const error = await deliver(draft);
    if (!error) {
      attempt = refused = 0;
    } else if (PASSING.has(error.type) && (error.type === "timeout" || ++refused < ATTEMPTS)) {
      await pause(pauseMs(attempt++));
    } else {
      const reason = (text.problems.byType as Record<string, string>)[error.type] ?? error.message;
      if (error.retryAfter) hearPace(channelId, error.retryAfter);
      if (error.type === "forbidden") outdated(keys.rights(channelId));
      changeOutbox((outbox) => outboxes.fail(outbox, draft.clientMessageId, reason, error.audience));
    }
  }
}

async function deliver(draft: outboxes.Draft): Promise<Refusal | null> {
  const { createdAt: _, state: __, reason: ___, audience: ____, ...payload } = draft;
  const { channelId, clientMessageId } = payload;
  try {
    const answer = await ask<Stored>("message:send", payload);
    if (!answer.message) return answer.error ?? { type: "unknown", message: "" };
    hear(answer.message);
    hearPosted(answer.message);
    changeOutbox((outbox) => outboxes.discard(outbox, clientMessageId));
    void heal(channelId);
    return null;
  } catch (error) {
    return { type: "timeout", message: explain(error) };
  }
}
