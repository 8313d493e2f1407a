/** The routes of share links, for those who make them and look after them. */
import { request } from "./http";

export interface Terms {
  password?: string;
  expiresAt?: string;
  downloadLimit?: number;
}

export interface Link {
  id: string;
  fileId: string;
  createdBy: string;
  createdAt: string;
  expiresAt: string | null;
  hasPassword: boolean;
  downloadLimit: number | null;
  downloads: number;
  revokedAt: string | null;
  state: "good" | "revoked" | "expired" | "used_up" | "dead";
}

/** As it is told once. */
export interface NewLink extends Link {
  token: string;
  url: string;
}

export interface Access {
  id: string;
  outcome: "shown" | "opened" | "downloaded" | "wrong_password" | "revoked" | "expired" | "used_up" | "dead";
  address: string;
  userAgent: string;
  at: string;
}

const PAGE = 20;

export const listLinks = async (fileId: string) =>
  (await request<{ links: Link[] }>("GET", `/files/${fileId}/links`)).links;

export const makeLink = (fileId: string, terms: Terms) => request<NewLink>("POST", `/files/${fileId}/links`, terms);

export const revokeLink = (id: string) => request<void>("DELETE", `/files/links/${id}`);

export async function listAccesses(id: string, before?: string): Promise<{ accesses: Access[]; hasMore: boolean }> {
  const asked = new URLSearchParams({ limit: String(PAGE), ...(before ? { cursor: before } : {}) });
  type Answer = { accesses: Access[]; nextCursor: string | null };
  const { accesses, nextCursor } = await request<Answer>("GET", `/files/links/${id}/accesses?${asked}`);
  return { accesses, hasMore: nextCursor !== null };
}
