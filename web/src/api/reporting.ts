/** The routes of bringing a message to the moderators' notice, hiding it, and of what it said before. */
import type { FormattedNode } from "../conversation/formatting";
import { request } from "./http";

export interface Version {
  version: number;
  content: string;
  formattedContent: FormattedNode | null;
  writtenAt: string;
}

export const report = (messageId: string, reason: string) =>
  request<{ id: string }>("POST", `/messages/${messageId}/report`, { reason });

export const setHidden = (messageId: string, isHidden: boolean) =>
  request<void>(isHidden ? "PUT" : "DELETE", `/messages/${messageId}/hidden`);

/** Oldest first, the last being what the message says now. */
export const listVersions = async (messageId: string) =>
  (await request<{ versions: Version[] }>("GET", `/messages/${messageId}/history`)).versions;
