/** Messages around one that lies further back than what is loaded: read here, then back to the newest. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import { listMessages } from "../api/routes";
import type { ListedChannel, Message, Workspace } from "../api/types";
import { once } from "../live/once";
import { goTo } from "../location";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { complain } from "../ui/notices";
import { useMyId, usePeople } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import { goOnToThread } from "../threads/places";
import { isInChannel } from "../threads/thread";
import { MessageRow } from "./MessageRow";
import { type Side, excerptQuery, extend } from "./excerpts";
import { arrange } from "./lines";

interface Props {
  channel: ListedChannel;
  workspace: Workspace;
  messageId: string;
}

const NOTHING_NEW = { after: Infinity, until: 0 };
const PAGE = 50;
const NONE: Message[] = [];

export function Excerpt({ channel, workspace, messageId }: Props) {
  const { messages, hasBefore, hasAfter, error, more } = useExcerpt(channel.id, messageId);
  const people = usePeople(workspace.id);
  const myId = useMyId();
  const box = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => arrange(messages.filter(isInChannel), NOTHING_NEW, myId), [messages, myId]);
  const target = messages.find((message) => message.id === messageId);
  useEffect(() => {
    if (target && !isInChannel(target)) goOnToThread(target);
  }, [target]);
  const isLoaded = messages.length > 0;
  useEffect(() => {
    box.current?.querySelector(`[data-message-id="${messageId}"]`)?.scrollIntoView({ block: "center" });
  }, [isLoaded, messageId]);
  return (
    <div className="messages-place">
      <div ref={box} className="messages" tabIndex={0} data-testid="excerpt" aria-busy={!isLoaded && !error}>
        <div className="messages-inside">
          {error && <p role="alert">{text.kept.linkGone}</p>}
          {hasBefore && <More words={text.kept.earlier} onPress={() => more("before")} />}
          {lines.map((line) => (
            <MessageRow
              key={line.message.id}
              message={line.message}
              startsGroup={line.startsGroup}
              author={people.get(line.message.userId)}
              people={people}
              myId={myId}
              mayModerate={isAdmin(workspace.role)}
              mine={undefined}
              isReadOnly
              isTarget={line.message.id === messageId}
            />
          ))}
          {hasAfter && <More words={text.kept.later} onPress={() => more("after")} />}
        </div>
      </div>
      <button type="button" className="to-newest" onClick={() => goTo(workspace.id, channel.id)}>
        <Icon name="down" size={14} /> {text.kept.toNewest}
      </button>
    </div>
  );
}

function useExcerpt(channelId: string, messageId: string) {
  const found = useQuery(excerptQuery(messageId));
  const messages = found.data?.messages ?? NONE;
  function more(side: Side): void {
    const end = side === "before" ? messages[0] : messages.at(-1);
    if (!end) return;
    const query = { limit: PAGE, [side]: end.id };
    const fetch = async () => extend(messageId, side, await listMessages(channelId, query));
    void once(`${messageId} ${side}`, fetch).catch(complain);
  }
  return {
    messages,
    hasBefore: found.data?.hasBefore ?? false,
    hasAfter: found.data?.hasAfter ?? false,
    error: found.error,
    more,
  };
}

function More({ words, onPress }: { words: string; onPress: () => void }) {
  return (
    <button type="button" className="button excerpt-more" onClick={onPress}>
      {words}
    </button>
  );
}
