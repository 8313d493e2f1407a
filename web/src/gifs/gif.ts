/** A GIF as a message carries it: by its id alone, never by an address. */
import type { Gif } from "../api/gifs";
import type { Attachment } from "../conversation/outbox";

const ID = /^[a-z0-9][a-z0-9_-]{0,79}$/i;
const WIDEST = 2_048;

export const attachmentOf = ({ id, title, width, height }: Gif): Attachment => ({
  type: "gif",
  ...{ gifId: id, title, width, height },
});

/** The GIFs among a message's attachments: whatever else is in them is left out. */
export function gifsOf(attachments: readonly unknown[] | undefined): Gif[] {
  return (attachments ?? []).flatMap((attachment) => {
    if (typeof attachment !== "object" || attachment === null) return [];
    const { type, gifId, title, width, height } = attachment as Record<string, unknown>;
    if (type !== "gif" || typeof gifId !== "string" || !ID.test(gifId) || !isLength(width) || !isLength(height))
      return [];
    return [{ id: gifId, title: typeof title === "string" ? title : "", width, height }];
  });
}

const isLength = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value <= WIDEST;
