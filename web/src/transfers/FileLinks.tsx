/** Files that are elsewhere: named with what they are, and opened there. */
import { addressOf } from "../conversation/formatting";
import { text } from "../text";
import { Icon } from "../ui/icons";

interface FileLink {
  type: "link";
  name?: string;
  size?: number;
  url?: string;
}

export function FileLinks({ attachments }: { attachments: readonly unknown[] | undefined }) {
  const links = (attachments ?? []).filter(isLink);
  if (links.length === 0) return null;
  return (
    <ul className="file-links">
      {links.map((link, index) => (
        <li key={index} data-testid="file-link">
          <Icon name="link" size={14} /> <Name link={link} />
          {link.size !== undefined && <small className="transfer-note"> {text.transfers.fileSize(link.size)}</small>}
        </li>
      ))}
    </ul>
  );
}

function Name({ link }: { link: FileLink }) {
  const address = link.url && addressOf({ type: "link", attrs: { href: link.url } });
  if (!address) return <span>{link.name}</span>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow">
      {link.name ?? address}
    </a>
  );
}

function isLink(attachment: unknown): attachment is FileLink {
  return typeof attachment === "object" && attachment !== null && "type" in attachment && attachment.type === "link";
}
