/** A person's picture or initials, in a colour of their own. */
import { Avatar } from "radix-ui";

interface Props {
  id: string;
  name: string;
  avatarUrl?: string | null | undefined;
  size?: "small" | "medium" | "large";
}

const COLOURS = 8;

export function Face({ id, name, avatarUrl, size = "medium" }: Props) {
  return (
    <Avatar.Root className={`face face-${size}`} data-colour={colourOf(id)} aria-hidden="true">
      {avatarUrl && <Avatar.Image className="face-image" src={avatarUrl} alt="" />}
      <Avatar.Fallback>{initials(name)}</Avatar.Fallback>
    </Avatar.Root>
  );
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? "")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}

function colourOf(id: string): number {
  return [...id].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7) % COLOURS;
}
