/** A message that somebody keeps: where it was said, by whom and what, in two lines that lead to it. */
import type { ReactNode } from "react";

import type { Message } from "../api/types";
import { goneOf } from "../conversation/ForwardedQuote";
import { filesIn } from "../files/file";
import { text } from "../text";
import { nameOf, usePeople } from "../workspaces/people";
import { Said } from "./Said";
import { goToMessage, useChannel, useWhere } from "./places";

interface Props {
  /** Null if it is gone or out of sight. */
  message: Message | null;
  unavailable: "deleted" | "not_visible" | null;
  onLeave: () => void;
  /** What is said of it beside. */
  children: ReactNode;
}

export function KeptMessage({ message, unavailable, onLeave, children }: Props) {
  const title = useWhere(message?.channelId ?? null);
  const people = usePeople(useChannel(message?.channelId ?? null)?.workspaceId ?? "");
  if (!message) {
    return (
      <span className="row-main">
        <em>{text.kept.unavailable[unavailable ?? "deleted"]}</em>
        {children}
      </span>
    );
  }
  const { id, channelId, userId, via } = message;
  return (
    <button type="button" className="row-main row-go" onClick={() => (goToMessage(channelId, id), onLeave())}>
      <strong className="clip">{title}</strong>
      <Said channelId={channelId} content={text.kept.said(via?.name ?? nameOf(people, userId), wordsOf(message))} />
      {children}
    </button>
  );
}

function wordsOf({ plainText, content, poll, forwarded, attachments, isHidden }: Message): string {
  if (isHidden) return text.conversation.hidden;
  const said = plainText || content || poll?.question || (forwarded && (forwarded.content || goneOf(forwarded)));
  return said || filesIn(attachments ?? []).map(({ name }) => name).join(", ");
}
