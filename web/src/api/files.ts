/** The routes of files: looked up many at once, opened by addresses that end. */
import { request } from "./http";

export interface Preview {
  variant: string;
  mediaType: string;
  size: number;
  width?: number;
  height?: number;
}

export interface StoredFile {
  id: string;
  filename: string;
  mimeType: string;
  size: number;
  uploadedBy: string;
  status: "uploading" | "scanning" | "clean" | "refused";
  reason: string | null;
  version: number;
  width: number | null;
  height: number | null;
  duration: number | null;
  pages: number | null;
  thumbnail: boolean;
  previews: Preview[];
}

export const MOST_AT_ONCE = 100;

/** Those of them that one may see. */
export const filesOf = async (ids: readonly string[]) =>
  (await request<{ files: StoredFile[] }>("GET", `/files?ids=${ids.join(",")}`)).files;

export const addressOfFile = async (id: string, variant: string, disposition: "inline" | "attachment") =>
  (await request<{ url: string }>("GET", `/files/${id}/url?${new URLSearchParams({ variant, disposition })}`)).url;

export const deleteFile = (id: string) => request<void>("DELETE", `/files/${id}`);
