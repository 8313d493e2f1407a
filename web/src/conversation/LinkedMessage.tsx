/** Where somebody's link to a message leads: found once, then shown in its conversation. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { Problem, explain } from "../api/problem";
import { follow } from "../location";
import { text } from "../text";
import { threadPath } from "../threads/places";
import { isInChannel } from "../threads/thread";
import { excerptQuery } from "./excerpts";

export function LinkedMessage({ messageId }: { messageId: string }) {
  const found = useQuery(excerptQuery(messageId));
  useEffect(() => {
    if (!found.data) return;
    const { workspaceId, channelId, messages } = found.data;
    const reply = messages.find((message) => message.id === messageId && !isInChannel(message));
    const threadId = reply?.parentMessageId;
    follow(...(threadId ? threadPath(workspaceId, channelId, threadId, messageId) : [workspaceId, channelId, messageId]));
  }, [found.data, messageId]);
  const isGone = found.error instanceof Problem && found.error.status === 404;
  return (
    <main className="stage" aria-busy={found.isPending}>
      {found.isError ? (
        <section className="card">
          <p role="alert" className="problem">
            {isGone ? text.kept.linkGone : explain(found.error)}
          </p>
          <button type="button" className="button button-primary" onClick={() => follow()}>
            {text.kept.toStart}
          </button>
        </section>
      ) : (
        <p className="quiet">{text.loading}…</p>
      )}
    </main>
  );
}
