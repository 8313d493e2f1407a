/** The routes of those who look after a workspace: rights, moderation, retention, holds, the audit. */
import { request, requestText } from "./http";
import type { Role, Workspace } from "./types";

export type Rank = "guest" | "member" | "channelAdmin" | "admin" | "owner";

/** For each right the least that somebody must be; `said` is what was decided here, the rest is as elsewhere. */
export interface Rights {
  rights: Record<string, Rank>;
  said: Record<string, Rank>;
  posters: string[];
  mine: string[];
  isSilenced?: boolean;
}

export type Decided = Record<string, Rank | null>;

export const workspaceRights = (workspaceId: string) => request<Rights>("GET", `/workspaces/${workspaceId}/permissions`);

export const changeWorkspaceRights = (workspaceId: string, rights: Decided) =>
  request<Rights>("PUT", `/workspaces/${workspaceId}/permissions`, { rights });

export const rightsInChannel = (channelId: string) => request<Rights>("GET", `/channels/${channelId}/permissions`);

export const changeChannelRights = (channelId: string, change: { rights?: Decided; posters?: string[] }) =>
  request<Rights>("PUT", `/channels/${channelId}/permissions`, change);

export interface WorkspaceSettings extends Workspace {
  allowExternalInvites: boolean;
  retentionDays: number;
  retentionSparesPins: boolean;
  membersMentionEveryone: boolean;
  membersSeeEdits: boolean;
}

export const workspaceSettings = (workspaceId: string) =>
  request<WorkspaceSettings>("GET", `/workspaces/${workspaceId}`);

export const changeWorkspace = (workspaceId: string, change: Partial<WorkspaceSettings>) =>
  request<WorkspaceSettings>("PUT", `/workspaces/${workspaceId}`, change);

export interface ChannelSettings {
  name?: string;
  description?: string;
  isArchived?: boolean;
  slowModeSeconds?: number;
  /** null: as the workspace has it. */
  membersMentionEveryone?: boolean | null;
}

export const changeChannel = (channelId: string, change: ChannelSettings) =>
  request<unknown>("PUT", `/channels/${channelId}`, change);

export const giveChannelRole = (channelId: string, userId: string, role: "admin" | "member") =>
  request<void>("PUT", `/channels/${channelId}/members/${userId}`, { role });

export interface Report {
  id: string;
  channelId: string;
  messageId: string;
  reportedBy: string;
  reason: string;
  createdAt: string;
  resolution: "acted" | "dismissed" | null;
  resolvedBy: string | null;
  resolvedAt: string | null;
  message: { authorId: string; content: string; isHidden: boolean; isDeleted: boolean };
}

export const listReports = (workspaceId: string, status: "open" | "resolved", before?: string) =>
  request<{ reports: Report[]; hasMore: boolean }>(
    "GET",
    `/workspaces/${workspaceId}/reports?status=${status}${before ? `&before=${before}` : ""}`,
  );

export const resolveReport = (
  workspaceId: string,
  reportId: string,
  resolution: "acted" | "dismissed",
  hideMessage: boolean,
) => request<unknown>("POST", `/workspaces/${workspaceId}/reports/${reportId}/resolve`, { resolution, hideMessage });

export const hideMessage = (messageId: string, hidden: boolean) =>
  request<void>(hidden ? "PUT" : "DELETE", `/messages/${messageId}/hidden`);

/** Until then they read but say nothing; null lets them speak again. */
export const silence = (place: { workspaceId: string } | { channelId: string }, userId: string, until: Date | null) =>
  request<void>(
    "PUT",
    `${"channelId" in place ? `/channels/${place.channelId}` : `/workspaces/${place.workspaceId}`}/members/${userId}/silence`,
    { until: until?.toISOString() ?? null },
  );

export interface Silenced {
  userId: string;
  name: string;
  role: Role;
  silencedUntil: string;
  channelId: string | null;
}

export const listSilenced = async (workspaceId: string) =>
  (await request<{ silenced: Silenced[] }>("GET", `/workspaces/${workspaceId}/silenced`)).silenced;

/** `days` as it was said of the channel, null where nothing was; 0 is for ever. */
export interface Retention {
  days: number | null;
  effectiveDays: number;
}

export const channelRetention = (channelId: string) => request<Retention>("GET", `/channels/${channelId}/retention`);

export const changeChannelRetention = (channelId: string, days: number | null) =>
  request<Retention>("PUT", `/channels/${channelId}/retention`, { days });

export interface RetentionReport {
  id: string;
  startedAt: string;
  closedAt: string;
  messages: number;
}

interface RetentionReports {
  reports: RetentionReport[];
  hasMore: boolean;
  publicKey: string;
}

export const listRetentionReports = (workspaceId: string, before?: string) =>
  request<RetentionReports>("GET", `/workspaces/${workspaceId}/retention/reports${before ? `?before=${before}` : ""}`);

export const retentionReport = (workspaceId: string, reportId: string) =>
  requestText(`/workspaces/${workspaceId}/retention/reports/${reportId}`);

export interface Hold {
  id: string;
  name: string;
  userId: string | null;
  channelId: string | null;
  createdBy: string;
  createdAt: string;
  releasedBy: string | null;
  releasedAt: string | null;
}

export const listHolds = async (workspaceId: string) =>
  (await request<{ holds: Hold[] }>("GET", `/workspaces/${workspaceId}/holds`)).holds;

export const addHold = (workspaceId: string, hold: { name: string; userId?: string; channelId?: string }) =>
  request<Hold>("POST", `/workspaces/${workspaceId}/holds`, hold);

export const releaseHold = (workspaceId: string, holdId: string) =>
  request<Hold>("DELETE", `/workspaces/${workspaceId}/holds/${holdId}`);

export interface AuditEntry {
  number: number;
  at: string;
  actorId: string | null;
  action: string;
  details: Record<string, unknown>;
  hash: string;
}

export interface AuditFilter {
  actorId?: string;
  action?: string;
  since?: string;
  until?: string;
}

const search = (filter: AuditFilter, more: Record<string, string>) =>
  new URLSearchParams({ ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value)), ...more });

export const listAudit = (workspaceId: string, filter: AuditFilter, before?: number) =>
  request<{ entries: AuditEntry[]; hasMore: boolean }>(
    "GET",
    `/workspaces/${workspaceId}/audit?${search(filter, { limit: "50", ...(before ? { before: String(before) } : {}) })}`,
  );

export const auditAsTable = (workspaceId: string, filter: AuditFilter) =>
  requestText(`/workspaces/${workspaceId}/audit?${search(filter, { limit: "1000", format: "csv" })}`);

export interface Verdict {
  isWhole: boolean;
  brokenAt: number | null;
  number: number;
  hash: string;
}

export const verifyAudit = (workspaceId: string) => request<Verdict>("GET", `/workspaces/${workspaceId}/audit/verify`);
