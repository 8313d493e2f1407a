/** Says that a program speaks. */
import { text } from "../text";

export function BotBadge() {
  return (
    <span className="bot-badge" title={text.programs.botHint} data-testid="bot-badge">
      {text.programs.bot}
    </span>
  );
}
