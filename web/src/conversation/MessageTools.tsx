/** The actions that appear beside a message. */
import { useState } from "react";

import type { Message } from "../api/types";
import { EmojiButton } from "../emoji/EmojiButton";
import { text } from "../text";
import { goToThread } from "../threads/places";
import { Confirm } from "../ui/Confirm";
import { IconButton } from "../ui/IconButton";
import { complain } from "../ui/notices";
import { useHere } from "../workspaces/here";
import { MessageMenu } from "./MessageMenu";
import { pin, remove } from "./acts";
import { react } from "./reactions";

interface Props {
  message: Message;
  isOwn: boolean;
  mayReact: boolean;
  mayPin: boolean;
  mayEdit: boolean;
  mayDelete: boolean;
  mayModerate: boolean;
  isInThread: boolean;
  myId: string;
  onEdit: () => void;
}

export function MessageTools({ message, isOwn, mayModerate, isInThread, myId, onEdit, ...may }: Props) {
  const [isConfirming, setConfirming] = useState(false);
  const [isPicking, setPicking] = useState(false);
  const workspaceId = useHere();
  const words = text.conversation;
  const togglePin = () => void pin(message, !message.isPinned).catch(complain);
  return (
    <div className="message-tools" data-open={isPicking || undefined}>
      {may.mayReact && (
        <EmojiButton
          workspaceId={workspaceId}
          label={words.react}
          side="bottom"
          onOpenChange={setPicking}
          onPick={(emoji) => void react(message, emoji, myId)}
        />
      )}
      {!isInThread && !message.parentMessageId && (
        <IconButton
          icon="thread"
          label={text.threads.reply}
          onClick={() => goToThread(message.channelId, message.id)}
        />
      )}
      {may.mayPin && (
        <IconButton icon="pin" label={message.isPinned ? words.unpin : words.pin} onClick={togglePin} />
      )}
      {may.mayEdit && <IconButton icon="edit" label={words.edit} onClick={onEdit} />}
      {may.mayDelete && <IconButton icon="trash" label={words.delete} onClick={() => setConfirming(true)} />}
      <MessageMenu message={message} isOwn={isOwn} mayModerate={mayModerate} onOpenChange={setPicking} />
      <Confirm
        title={words.deleteTitle}
        description={words.deleteBody}
        action={words.deleteConfirm}
        isOpen={isConfirming}
        onClose={() => setConfirming(false)}
        onConfirm={() => void remove(message).catch(complain)}
      />
    </div>
  );
}
