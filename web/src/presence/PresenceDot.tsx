/** A dot that says whether somebody is there. */
import { text } from "../text";
import { usePresence } from "./presence";

export function PresenceDot({ userId }: { userId: string }) {
  const status = usePresence((state) => state.statuses[userId] ?? "offline");
  return (
    <span
      className="presence-dot"
      data-testid="presence-dot"
      data-user-id={userId}
      data-status={status}
      role="img"
      aria-label={text.me.shown[status]}
    />
  );
}
