/** Puts words into the clipboard, which browsers do not give to pages that are not served by https. */
import { text } from "../text";
import { notify } from "./notices";

export async function copy(words: string, done = text.copied): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
    notify(done);
  } catch {
    notify(text.notCopied(words), true);
  }
}
