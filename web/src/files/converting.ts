/** How far a file is from being another format, or from being shown. Pure. */
import type { Derived, Format } from "../api/files";

export type Conversion =
  | { readonly state: "none" }
  | { readonly state: "ready"; readonly variant: string }
  | { readonly state: "making"; readonly percent: number }
  | { readonly state: "failed"; readonly reason: string | null };

/** It is in its own already. */
export const othersOf = ({ conversions }: Derived, mimeType: string) =>
  conversions.filter((to) => mimeType !== `image/${to}`);

/** `isWanted`: it was asked for, so that what failed or is not told of yet is about it. */
export function conversionTo(to: Format, { previews, jobs }: Derived, isWanted: boolean): Conversion {
  // Of office documents there is a PDF already, as pages are made of it.
  const variants = to === "pdf" ? ["converted-pdf", "pdf"] : [`converted-${to}`];
  const variant = variants.find((name) => previews.some((preview) => preview.variant === name));
  if (variant) return { state: "ready", variant };
  if (!isWanted) return { state: "none" };
  const converting = jobs.filter(({ kind }) => kind === "convert");
  const waiting = converting.find(({ state }) => state === "waiting");
  const failed = converting.find(({ state }) => state === "failed");
  if (failed && !waiting) return { state: "failed", reason: failed.reason };
  return { state: "making", percent: waiting?.progress ?? 0 };
}

const PREVIEWING = ["inspect", "thumbnail", "preview"];

/** Of what is made without being asked for; none once it is there, or if there is nothing to make. */
export function previewOf({ jobs }: Derived): Exclude<Conversion, { state: "ready" }> {
  const previewing = jobs.filter(({ kind }) => PREVIEWING.includes(kind));
  const waiting = previewing.find(({ state }) => state === "waiting");
  if (waiting) return { state: "making", percent: waiting.kind === "preview" ? waiting.progress : 0 };
  const failed = previewing.find(({ state }) => state === "failed");
  return failed ? { state: "failed", reason: failed.reason } : { state: "none" };
}
