/** Something secret that is shown this once, to be copied. */
import { text } from "../text";
import { IconButton } from "./IconButton";
import { copy } from "./copy";

export function Secret({ label, value, testId }: { label: string; value: string; testId?: string }) {
  const words = text.administration;
  return (
    <div className="secret" role="status">
      <strong>{label}</strong>
      <div className="secret-value">
        <code data-testid={testId}>{value}</code>
        <IconButton icon="copy" label={`${words.copy}: ${label}`} onClick={() => void copy(value)} />
      </div>
      <small>{words.shownOnce}</small>
    </div>
  );
}
