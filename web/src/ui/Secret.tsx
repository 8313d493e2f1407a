/** Something secret that is shown this once, to be copied. */
import { text } from "../text";
import { IconButton } from "./IconButton";
import { notify } from "./notices";

export function Secret({ label, value, testId }: { label: string; value: string; testId?: string }) {
  const words = text.administration;
  // Where the page is not served by https browsers have no clipboard to give.
  async function copy() {
    try {
      await navigator.clipboard.writeText(value);
      notify(words.copied);
    } catch {
      notify(words.notCopied, true);
    }
  }
  return (
    <div className="secret" role="status">
      <strong>{label}</strong>
      <div className="secret-value">
        <code data-testid={testId}>{value}</code>
        <IconButton icon="copy" label={`${words.copy}: ${label}`} onClick={() => void copy()} />
      </div>
      <small>{words.shownOnce}</small>
    </div>
  );
}
