/** Answers of programs that nobody else sees. */
import { useMemo } from "react";

import { Content } from "../conversation/Content";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { BotBadge } from "./BotBadge";
import { Cards } from "./Cards";
import { dismiss, useEphemerals } from "./ephemeral";

export function Ephemerals({ channelId }: { channelId: string }) {
  const all = useEphemerals((state) => state.told);
  const told = useMemo(() => all.filter((message) => message.channelId === channelId), [all, channelId]);
  if (told.length === 0) return null;
  return (
    <ul className="ephemerals" aria-label={text.programs.onlyYou}>
      {told.map((message) => (
        <li key={message.id} data-testid="ephemeral">
          <header>
            <strong>{message.via.name}</strong> <BotBadge /> <small>{text.programs.onlyYou}</small>
            <IconButton icon="close" size={14} label={text.programs.dismiss} onClick={() => dismiss(message.id)} />
          </header>
          {message.content && <Content content={message.content} />}
          <Cards attachments={message.attachments} />
        </li>
      ))}
    </ul>
  );
}
