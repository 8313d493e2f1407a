/** What can be said of an emoji before it is sent: the server looks again, and at the image itself. */
import { text } from "../text";

const NAME = /^[a-z0-9_+-]{1,50}$/;
const MOST_BYTES = 256 * 1_024;
const KINDS = new Set(["image/png", "image/gif", "image/webp"]);

/** Why it would be refused, in words; null if it would not. */
export function refusalOf(name: string, image: { size: number; type: string } | null): string | null {
  if (image && !KINDS.has(image.type)) return text.emoji.notAnImage;
  if (image && image.size > MOST_BYTES) return text.emoji.tooLarge;
  return NAME.test(name) ? null : text.emoji.badName;
}

export function suggestedName(filename: string): string {
  const stem = filename.replace(/\.[^.]*$/, "").toLowerCase();
  return stem.replace(/[^a-z0-9_+-]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 50);
}
