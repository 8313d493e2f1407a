/** Sends drafts one after another per channel, and again after every reconnect: a resend is harmless. */
import { explain } from "../api/problem";
import type { Message } from "../api/types";
import { newIdentifier } from "../identifier";
import { type Answer, ask, isConnected } from "../live/connection";
import { pause, pauseMs } from "../live/backoff";
import { text } from "../text";
import { changeOutbox, conversations, hear } from "./conversations";
import { heal } from "./history";
import * as outboxes from "./outbox";

interface Stored extends Answer {
  message?: Message;
}

type Refusal = NonNullable<Answer["error"]>;

const PASSING = new Set(["unavailable", "too_many_requests", "timeout"]);
const ATTEMPTS = 6;

const busy = new Set<string>();

export function send(channelId: string, content: string): boolean {
  if (conversations().outbox.length >= outboxes.OUTBOX_LIMIT) return false;
  const draft = { clientMessageId: newIdentifier(), channelId, content, createdAt: new Date().toISOString() };
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
      changeOutbox((outbox) => outboxes.fail(outbox, draft.clientMessageId, reason));
    }
  }
}

async function deliver(draft: outboxes.Draft): Promise<Refusal | null> {
  const { channelId, content, clientMessageId } = draft;
  try {
    const answer = await ask<Stored>("message:send", { channelId, content, clientMessageId });
    if (!answer.message) return answer.error ?? { type: "unknown", message: "" };
    hear(answer.message);
    changeOutbox((outbox) => outboxes.discard(outbox, clientMessageId));
    void heal(channelId);
    return null;
  } catch (error) {
    return { type: "timeout", message: explain(error) };
  }
}
