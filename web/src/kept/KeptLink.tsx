/** Above the channels: what one has put off, with how much of it waits for one. */
import { openDialog } from "../channels/dialogs";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { useWaiting } from "./waiting";

export function KeptLink() {
  const { reminders, scheduled } = useWaiting();
  return (
    <button type="button" className="sidebar-action" onClick={() => openDialog("kept")}>
      <Icon name="later" size={16} /> {text.kept.title}
      <WaitingBadge count={reminders + scheduled} />
    </button>
  );
}

export function WaitingBadge({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="badge" data-urgent="true" aria-label={text.kept.waiting(count)} data-testid="waiting">
      {count}
    </span>
  );
}
