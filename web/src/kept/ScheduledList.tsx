/** Messages that wait for their time, and those that could not be sent. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Scheduled, cancelScheduled, changeScheduled, listScheduled, sendScheduled } from "../api/kept";
import { hear } from "../conversation/conversations";
import { filesIn } from "../files/file";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { goToThread } from "../threads/places";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import type { ListProps } from "./KeptDialog";
import { Said } from "./Said";
import { TimeDialog } from "./TimeDialog";
import { goToMessage, useChannel, useWhere } from "./places";
import { inMinutes } from "./times";

export function ScheduledList({ onLeave }: ListProps) {
  const scheduled = useQuery({ queryKey: keys.scheduled(), queryFn: listScheduled });
  return (
    <Loaded query={scheduled} none={text.kept.noScheduled}>
      {(waiting) => (
        <ul className="rows rows-tall" aria-label={text.kept.scheduled}>
          {waiting.map((message) => (
            <ScheduledLine key={message.id} scheduled={message} onLeave={onLeave} />
          ))}
        </ul>
      )}
    </Loaded>
  );
}

/** It waits anew, and is sent at once. */
async function withoutFiles(id: string) {
  await changeScheduled(id, { attachments: [], sendAt: inMinutes(new Date(), 5).toISOString() });
  return sendScheduled(id);
}

function ScheduledLine({ scheduled, onLeave }: { scheduled: Scheduled } & ListProps) {
  const { id, channelId, message, sendAt, failure } = scheduled;
  const [isChoosing, setChoosing] = useState(false);
  const title = useWhere(channelId);
  const words = text.kept;
  const files = filesIn(message.attachments);
  const isWithout = message.content !== "" && (failure === "file_gone" || failure === "file_refused");
  const threadId = message.parentMessageId;
  const isHere = useChannel(channelId) !== undefined;
  const go = () => (threadId ? goToThread(channelId, threadId) : goToMessage(channelId), onLeave());
  const attempt = (work: Promise<unknown>) => void work.then(() => outdated(keys.scheduled()), complain);
  return (
    <li className="row" data-testid="scheduled" data-failure={failure ?? undefined}>
      <button type="button" className="row-main row-go" disabled={!isHere} onClick={go}>
        <strong className="clip">{title}</strong>
        {threadId && (
          <small className="clip" data-testid="scheduled-reply">
            <Icon name="thread" size={12} /> {message.alsoToChannel ? words.replyAlso : words.reply}
          </small>
        )}
        {message.content && <Said channelId={channelId} content={message.content} />}
        {files.length > 0 && (
          <span className="clip" data-testid="scheduled-files">
            <Icon name="file" size={14} /> {files.map(({ name }) => name).join(", ")}
          </span>
        )}
        {failure ? (
          <small className="problem" role="alert">
            {words.notSent(words.failures[failure] ?? text.problems.unknown)}
          </small>
        ) : (
          <small>{words.scheduledFor(new Date(sendAt))}</small>
        )}
      </button>
      {isWithout && (
        <button
          type="button"
          className="link"
          onClick={() => attempt(withoutFiles(id).then(hear))}
        >
          {words.withoutFiles}
        </button>
      )}
      <IconButton icon="send" label={words.sendNow} onClick={() => attempt(sendScheduled(id).then(hear))} />
      <IconButton icon="later" label={words.another} onClick={() => setChoosing(true)} />
      <IconButton icon="trash" label={words.cancelSending} onClick={() => attempt(cancelScheduled(id))} />
      {isChoosing && (
        <TimeDialog
          title={words.schedule}
          onClose={() => setChoosing(false)}
          onChoose={(at) => attempt(changeScheduled(id, { sendAt: at.toISOString() }))}
        />
      )}
    </li>
  );
}
