/** The routes of a workspace's own emoji, and of its groups. */
import { request, sendBytes } from "./http";

export interface OwnEmoji {
  id: string;
  name: string;
  createdBy: string;
  /** Of the image, below the API. */
  url: string;
}

export interface Group {
  id: string;
  name: string;
  description: string | null;
  memberIds: string[];
}

export interface GroupWords {
  name: string;
  description: string;
  members: string[];
}

export const listEmoji = async (workspaceId: string) =>
  (await request<{ emoji: OwnEmoji[] }>("GET", `/workspaces/${workspaceId}/emoji`)).emoji;

export const addEmoji = (workspaceId: string, name: string, image: Blob) =>
  sendBytes<OwnEmoji>(`/workspaces/${workspaceId}/emoji/${encodeURIComponent(name)}`, image);

export const removeEmoji = (workspaceId: string, name: string) =>
  request<void>("DELETE", `/workspaces/${workspaceId}/emoji/${encodeURIComponent(name)}`);

export const listGroups = async (workspaceId: string) =>
  (await request<{ groups: Group[] }>("GET", `/workspaces/${workspaceId}/groups`)).groups;

export const createGroup = (workspaceId: string, words: GroupWords) =>
  request<Group>("POST", `/workspaces/${workspaceId}/groups`, words);

export const changeGroup = (workspaceId: string, id: string, words: Partial<GroupWords>) =>
  request<Group>("PUT", `/workspaces/${workspaceId}/groups/${id}`, words);

export const removeGroup = (workspaceId: string, id: string) =>
  request<void>("DELETE", `/workspaces/${workspaceId}/groups/${id}`);
