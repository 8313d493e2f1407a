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
  workspaceId: string;
  filename: string;
  mimeType: string;
  size: number;
  uploadedBy: string;
  /** One of its places that one sees. */
  entityType?: "channel" | "workspace" | "user" | "draft";
  status: "uploading" | "scanning" | "clean" | "refused";
  reason: string | null;
  /** What is odd about its bytes. */
  note?: string | null;
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

/** As a list shows it. */
export interface ListedFile extends StoredFile {
  createdAt: string;
}

/** What hangs on a channel, the newest first; `before` is the last one had. */
export async function listFilesPage(channelId: string, before?: string) {
  const place = `entityType=channel&entityId=${channelId}&limit=50`;
  const page = await request<{ files: ListedFile[]; cursor: string | null }>(
    "GET",
    `/files?${place}${before ? `&cursor=${before}` : ""}`,
  );
  return { files: page.files, hasMore: page.cursor !== null };
}

export const fileOf = (id: string) => request<StoredFile>("GET", `/files/${id}`);

/** Without a version, of the one that people see. */
export async function addressOfFile(
  id: string,
  variant: string,
  disposition: "inline" | "attachment",
  version?: number,
): Promise<string> {
  const asked = new URLSearchParams({ variant, disposition, ...(version ? { version: String(version) } : {}) });
  return (await request<{ url: string }>("GET", `/files/${id}/url?${asked}`)).url;
}

export const renameFile = (id: string, filename: string) => request<StoredFile>("PATCH", `/files/${id}`, { filename });

export const deleteFile = (id: string) => request<void>("DELETE", `/files/${id}`);

/** The file as it was then; who and when are of the version. */
export interface Version extends ListedFile {
  restoredFrom: number | null;
}

export const listVersions = async (id: string) =>
  (await request<{ versions: Version[] }>("GET", `/files/${id}/versions`)).versions;

export const restoreVersion = (id: string, version: number) =>
  request<StoredFile>("POST", `/files/${id}/versions/${version}/restore`);

export type Format = "png" | "jpeg" | "webp" | "pdf";

export interface Making {
  kind: "inspect" | "thumbnail" | "preview" | "convert";
  state: "waiting" | "failed";
  /** Percent; 0 while it is not known. */
  progress: number;
  reason: string | null;
  sentence: string | null;
}

/** What was made of a file, what is being made, and what it can be made into. */
export interface Derived {
  previews: Preview[];
  jobs: Making[];
  conversions: Format[];
}

export const derivedOf = (id: string) => request<Derived>("GET", `/files/${id}/previews`);

export const convertFile = (id: string, to: Format) => request<unknown>("POST", `/files/${id}/conversions`, { to });
