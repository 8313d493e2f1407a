/** The routes by which a workspace's things come from elsewhere, and go there. */
import { request, requestBlob, sendBytes } from "./http";

export type TransferState = "uploading" | "reading" | "waiting" | "running" | "done" | "failed" | "cancelled";

export interface Transfer {
  id: string;
  kind: "import" | "export";
  state: TransferState;
  name: string;
  size: number;
  received: number;
  failure: string | null;
  progress: number;
  total: number;
  createdAt: string;
  updatedAt: string;
  expiresAt: string;
  report: (Record<string, unknown> & { skipped?: Record<string, number> }) | null;
}

export interface FoundPerson {
  key: string;
  name: string;
  email: string | null;
  isBot: boolean;
  messages: number;
  match: { userId: string; name?: string; by: "member" | "colleague" | "before" } | null;
}

export interface FoundChannel {
  key: string;
  name: string;
  type: "public" | "private" | "direct" | "group";
  messages: number;
  from: string | null;
  to: string | null;
  clash: boolean;
  /** A conversation that is left out, unless one of its people is said to be somebody here. */
  isOfNobodyHere: boolean;
  action: "new" | "merge" | "again" | "conversation";
  newName?: string;
  channelId?: string;
  into?: string;
}

export interface Preview {
  source: "slack" | "nexus";
  isEmpty: boolean;
  people: FoundPerson[];
  channels: FoundChannel[];
  totals: Record<string, number>;
  skipped: { reason: string; count: number }[];
  warnings: { type: "retention" | "private" | "files"; count: number; days?: number }[];
}

export interface ChannelChoice {
  action: "new" | "merge" | "skip";
  name?: string;
  channelId?: string;
}

export interface Choices {
  people: Record<string, string | null>;
  channels: Record<string, ChannelChoice>;
  keepForever: boolean;
  addColleagues: boolean;
  takeSettings: boolean;
}

const of = (workspaceId: string, kind: "imports" | "exports") => `/workspaces/${workspaceId}/${kind}`;

export const listImports = async (workspaceId: string) =>
  (await request<{ imports: Transfer[] }>("GET", of(workspaceId, "imports"))).imports;

export const beginImport = (workspaceId: string, name: string, size: number) =>
  request<Transfer & { pieceSize: number }>("POST", of(workspaceId, "imports"), { name, size });

export const sendPiece = (workspaceId: string, id: string, offset: number, piece: Blob) =>
  sendBytes<Transfer>(`${of(workspaceId, "imports")}/${id}/content?offset=${offset}`, piece);

export const previewOf = (workspaceId: string, id: string) =>
  request<Preview>("GET", `${of(workspaceId, "imports")}/${id}/preview`);

export const confirmImport = (workspaceId: string, id: string, choices: Choices) =>
  request<Transfer>("POST", `${of(workspaceId, "imports")}/${id}/confirm`, choices);

export const cancelImport = (workspaceId: string, id: string) =>
  request<void>("DELETE", `${of(workspaceId, "imports")}/${id}`);

export interface Skipped {
  number: number;
  reason: string;
  what: string;
}

export async function listSkipped(workspaceId: string, id: string): Promise<Skipped[]> {
  const all: Skipped[] = [];
  for (let hasMore = true; hasMore;) {
    const after = all.at(-1)?.number ?? 0;
    const path = `${of(workspaceId, "imports")}/${id}/skipped?after=${after}`;
    const page = await request<{ skipped: Skipped[]; hasMore: boolean }>("GET", path);
    all.push(...page.skipped);
    hasMore = page.hasMore;
  }
  return all;
}

export const listExports = async (workspaceId: string) =>
  (await request<{ exports: Transfer[] }>("GET", of(workspaceId, "exports"))).exports;

export const beginExport = (workspaceId: string, options: { includePrivate: boolean; holdId?: string }) =>
  request<Transfer>("POST", of(workspaceId, "exports"), options);

export const removeExport = (workspaceId: string, id: string) =>
  request<void>("DELETE", `${of(workspaceId, "exports")}/${id}`);

export const fetchExport = (workspaceId: string, id: string) =>
  requestBlob(`${of(workspaceId, "exports")}/${id}/content`, null);
