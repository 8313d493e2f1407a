/** A choice of emoji: those of the workspace, and those that everybody knows. */
import { Popover } from "radix-ui";
import { type KeyboardEvent, useState } from "react";

import { openDialog } from "../channels/dialogs";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { SearchField } from "../ui/SearchField";
import { givingBack } from "../ui/focus";
import type { Field } from "../ui/typing";
import { EmojiPicture } from "./EmojiPicture";
import { found } from "./known";
import { useOwnEmoji } from "./own";

interface Props {
  workspaceId: string;
  label: string;
  side: "top" | "bottom";
  /** What it is chosen for, if that is typed in. */
  field?: Field;
  onPick: (emoji: string) => void;
  onOpenChange?: (isOpen: boolean) => void;
}

/** Of the workspace's own at once; more are found by searching. */
const MOST_OWN = 64;

export function EmojiButton({ workspaceId, label, side, field, onPick, onOpenChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const change = (open: boolean) => {
    setOpen(open);
    onOpenChange?.(open);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={change}>
      <Popover.Trigger className="icon-button" aria-label={label} title={label}>
        <Icon name="smile" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="emoji-picker"
          side={side}
          align="start"
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={givingBack(field && (() => field.current))}
          aria-label={label}
        >
          <Choice workspaceId={workspaceId} onPick={(emoji) => (change(false), onPick(emoji))} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choice({ workspaceId, onPick }: Pick<Props, "workspaceId" | "onPick">) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const own = useOwnEmoji(workspaceId)
    .filter(({ name }) => name.includes(wanted))
    .slice(0, MOST_OWN);
  const known = found(wanted);
  const first = own[0] ? `:${own[0].name}:` : known[0]?.emoji;
  function pressed(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.nativeEvent.isComposing || !first) return;
    event.preventDefault();
    onPick(first);
  }
  const words = text.emoji;
  return (
    <>
      <SearchField label={words.search} value={search} onChange={setSearch} onKeyDown={pressed} />
      <div className="emoji-lists">
        {own.length > 0 && (
          <section aria-label={words.own}>
            <h3>{words.own}</h3>
            <div className="emoji-grid">
              {own.map((emoji) => (
                <Choosable key={emoji.id} label={`:${emoji.name}:`} onPick={() => onPick(`:${emoji.name}:`)}>
                  <EmojiPicture emoji={emoji} />
                </Choosable>
              ))}
            </div>
          </section>
        )}
        <div className="emoji-grid">
          {known.map(({ emoji, words: title }) => (
            <Choosable key={emoji} label={emoji} title={title} onPick={() => onPick(emoji)}>
              {emoji}
            </Choosable>
          ))}
        </div>
        {!first && <p className="quiet">{words.none}</p>}
      </div>
      <button type="button" className="link emoji-add" onClick={() => openDialog("emoji")}>
        <Icon name="plus" size={14} /> {words.add}
      </button>
    </>
  );
}

interface ChoosableProps {
  label: string;
  title?: string;
  onPick: () => void;
  children: React.ReactNode;
}

function Choosable({ label, title, onPick, children }: ChoosableProps) {
  return (
    <button type="button" aria-label={text.conversation.reactWith(label)} title={title ?? label} onClick={onPick}>
      {children}
    </button>
  );
}
