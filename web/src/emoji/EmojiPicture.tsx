/** An emoji of the workspace as its picture; as its name where there is none of that name. */
import type { OwnEmoji } from "../api/emoji";
import { usePicture } from "../ui/pictures";
import { useHere } from "../workspaces/here";
import { nameIn, useEmojiNamed } from "./own";

export function NamedEmoji({ name }: { name: string }) {
  const emoji = useEmojiNamed(useHere(), name);
  return emoji ? <EmojiPicture emoji={emoji} /> : `:${name}:`;
}

/** What somebody reacted with: of the workspace or of Unicode. */
export function Reaction({ emoji }: { emoji: string }) {
  const name = nameIn(emoji);
  return name ? <NamedEmoji name={name} /> : emoji;
}

export function EmojiPicture({ emoji }: { emoji: OwnEmoji }) {
  const picture = usePicture(emoji.url.replace(/^\/api/, ""));
  const words = `:${emoji.name}:`;
  if (!picture) return words;
  return <img className="emoji" src={picture} alt={words} title={words} data-testid="emoji" draggable={false} />;
}
