/** What a message's links lead to, in the pages' own words. */
import { removePreviews } from "../api/routes";
import type { Message } from "../api/types";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { complain } from "../ui/notices";
import { addressOf } from "./formatting";

export function Previews({ message, isOwn }: { message: Message; isOwn: boolean }) {
  const previews = (message.previews ?? []).filter(({ url }) => addressOf({ type: "link", attrs: { href: url } }));
  if (previews.length === 0) return null;
  return (
    <div className="previews">
      {previews.map((preview) => (
        <a
          key={preview.url}
          className="preview"
          href={preview.url}
          target="_blank"
          rel="noopener noreferrer nofollow"
          data-testid="preview"
        >
          {preview.siteName && <small dir="auto">{preview.siteName}</small>}
          <strong dir="auto">{preview.title}</strong>
          {preview.description && <span dir="auto">{preview.description}</span>}
        </a>
      ))}
      {isOwn && (
        <IconButton
          icon="close"
          size={14}
          label={text.conversation.removePreviews}
          onClick={() => void removePreviews(message.id).catch(complain)}
        />
      )}
    </div>
  );
}
