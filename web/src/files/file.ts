/** Files as messages carry them, and as they are shown. Pure. */
import type { Preview, StoredFile } from "../api/files";
import type { Attachment } from "../conversation/outbox";
import { text } from "../text";

/** What a message says of a file: the file itself is asked for by its id. */
export interface Attached {
  readonly fileId: string;
  readonly name: string;
}

export type Kind = "image" | "video" | "audio" | "pages" | "html" | "text" | "other";

export interface Shown {
  readonly kind: Kind;
  /** What of the file is shown, in its order. */
  readonly variants: readonly string[];
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The file's own bytes. */
export const ORIGINAL = "";
const LONGEST_NAME = 255;

export const attachmentOf = ({ id, filename, mimeType, size }: StoredFile): Attachment => ({
  type: "file",
  ...{ fileId: id, name: filename, mimeType, size },
});

export function filesIn(attachments: readonly unknown[] | undefined): Attached[] {
  return (attachments ?? []).flatMap((attachment) => {
    if (typeof attachment !== "object" || attachment === null) return [];
    const { fileId, name } = attachment as Record<string, unknown>;
    if (typeof fileId !== "string" || !ID.test(fileId)) return [];
    return [{ fileId, name: typeof name === "string" ? name.slice(0, LONGEST_NAME) : "" }];
  });
}

/** Why it can be read by nobody, in a sentence; null if it can, or may yet. */
export function refusalOf({ status, reason }: Pick<StoredFile, "status" | "reason">): string | null {
  if (status !== "refused") return null;
  return text.files.refused[reason ?? ""] ?? text.files.refusedOtherwise;
}

/** How a file is shown: by what was made of it, never by its own bytes but for sound and films that browsers play. */
export function shownAs({ previews, mimeType }: StoredFile): Shown {
  const has = (variant: string) => previews.some((preview) => preview.variant === variant);
  if (has("video")) return { kind: "video", variants: ["video"] };
  if (has("audio")) return { kind: "audio", variants: ["audio"] };
  if (has("image")) return { kind: "image", variants: ["image"] };
  const pages = previews.map(pageOf).filter((page) => page > 0);
  if (pages.length > 0) return { kind: "pages", variants: pages.sort((a, b) => a - b).map((page) => `page-${page}`) };
  if (has("html")) return { kind: "html", variants: ["html"] };
  if (has("text")) return { kind: "text", variants: ["text"] };
  if (/^(?:video\/(?:mp4|webm)|audio\/(?:mpeg|mp4|ogg|wav|webm))$/.test(mimeType))
    return { kind: mimeType.startsWith("video/") ? "video" : "audio", variants: [ORIGINAL] };
  if (has("thumbnail")) return { kind: "image", variants: ["thumbnail"] };
  return { kind: "other", variants: [] };
}

/** Those of a sound, each from 0 to 1; none of what is something else. */
export function peaksIn(told: unknown): number[] {
  const peaks = typeof told === "object" && told !== null && "peaks" in told ? told.peaks : [];
  if (!Array.isArray(peaks)) return [];
  return peaks.map((peak: unknown) => (typeof peak === "number" ? Math.max(0, Math.min(1, peak)) : 0));
}

/** Around the middle at 0, a step to the right for each peak; silence is a line. */
export function outlineOf(peaks: readonly number[]): string {
  const heights = peaks.map((peak) => Math.max(0.02, peak));
  const there = heights.map((height, place) => `${place} ${-height}`);
  const back = heights.map((height, place) => `${place} ${height}`).reverse();
  return `M${[...there, ...back].join("L")}Z`;
}

const pageOf = ({ variant }: Preview) => Number(/^page-(\d{1,5})$/.exec(variant)?.[1] ?? 0);

/** The place that a thumbnail takes before it is there. */
export function sizeOf(file: StoredFile, widest: number, highest: number): { width: number; height: number } {
  const thumbnail = file.previews.find(({ variant }) => variant === "thumbnail");
  const width = thumbnail?.width ?? file.width ?? widest;
  const height = thumbnail?.height ?? file.height ?? highest;
  const scale = Math.min(1, widest / width, highest / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
