/** A small choice of emoji. */
import { Popover } from "radix-ui";
import { useState } from "react";

import { text } from "../text";
import { Icon } from "../ui/icons";

const EMOJI = [
  "👍",
  "👎",
  "❤️",
  "😂",
  "🎉",
  "🙏",
  "👀",
  "✅",
  "🔥",
  "🚀",
  "💯",
  "👏",
  "🙌",
  "💪",
  "🤝",
  "👋",
  "😀",
  "😊",
  "😍",
  "😎",
  "🤔",
  "😅",
  "😢",
  "😮",
  "😡",
  "🥳",
  "💡",
  "☕",
  "🍕",
  "🐛",
  "⭐",
  "❓",
];

interface Props {
  label: string;
  side: "top" | "bottom";
  onPick: (emoji: string) => void;
  onOpenChange?: (isOpen: boolean) => void;
}

export function EmojiButton({ label, side, onPick, onOpenChange }: Props) {
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
          aria-label={label}
        >
          {EMOJI.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={text.conversation.reactWith(emoji)}
              onClick={() => (change(false), onPick(emoji))}
            >
              {emoji}
            </button>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
