/** The actions that appear beside a message. */
import { useState } from "react";

import type { Message } from "../api/types";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";
import { EmojiButton } from "./EmojiButton";
import { pin, remove } from "./acts";
import { react } from "./reactions";

interface Props {
  message: Message;
  isOwn: boolean;
  mayDelete: boolean;
  myId: string;
  onEdit: () => void;
}

export function MessageTools({ message, isOwn, mayDelete, myId, onEdit }: Props) {
  const [isConfirming, setConfirming] = useState(false);
  const [isPicking, setPicking] = useState(false);
  const words = text.conversation;
  const togglePin = () => void pin(message, !message.isPinned).catch(complain);
  return (
    <div className="message-tools" data-open={isPicking || undefined}>
      <EmojiButton label={words.react} side="bottom" onOpenChange={setPicking} onPick={(emoji) => void react(message, emoji, myId)} />
      <IconButton icon="pin" label={message.isPinned ? words.unpin : words.pin} onClick={togglePin} />
      {isOwn && <IconButton icon="edit" label={words.edit} onClick={onEdit} />}
      {mayDelete && <IconButton icon="trash" label={words.delete} onClick={() => setConfirming(true)} />}
      <Modal title={words.deleteTitle} description={words.deleteBody} isOpen={isConfirming} onClose={() => setConfirming(false)}>
        <div className="buttons">
          <button type="button" className="button" onClick={() => setConfirming(false)}>{text.cancel}</button>
          <button type="button" className="button button-danger" onClick={() => (setConfirming(false), void remove(message).catch(complain))}>{words.deleteConfirm}</button>
        </div>
      </Modal>
    </div>
  );
}
