/** Who is writing right now. */
import { useEffect } from "react";

import { text } from "../text";
import { type People, nameOf } from "../workspaces/people";
import { changeTyping, useConversations } from "./conversations";
import { expire } from "./typing";

const NOBODY = {};

export function TypingLine({ channelId, people }: { channelId: string; people: People }) {
  const typing = useConversations((state) => state.typing[channelId] ?? NOBODY);
  const userIds = Object.keys(typing);
  useEffect(() => {
    if (userIds.length === 0) return;
    const timer = setInterval(() => changeTyping((all) => expire(all, Date.now())), 500);
    return () => clearInterval(timer);
  }, [userIds.length]);
  return (
    <p className="typing" aria-live="polite" data-testid="typing">
      {userIds.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {text.conversation.typing(userIds.map((id) => nameOf(people, id)))}
        </>
      )}
    </p>
  );
}
