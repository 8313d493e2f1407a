/** The REST routes this client uses, one function each. */
import type { SignedIn } from "../session/session";
import { request, requestAnonymously } from "./http";
import type {
  Channel,
  ChannelInfo,
  ChannelType,
  Digest,
  Ephemeral,
  Hook,
  Invitation,
  InviteResult,
  ListedChannel,
  Message,
  MessagePage,
  PollStanding,
  PresenceEntry,
  Role,
  Status,
  Workspace,
  WorkspaceMember,
} from "./types";

export interface Registration {
  name: string;
  email: string;
  password: string;
  organizationName?: string;
  invitationToken?: string;
}

export const register = (registration: Registration) =>
  requestAnonymously<SignedIn>("POST", "/auth/register", registration);

export const login = (email: string, password: string) =>
  requestAnonymously<SignedIn>("POST", "/auth/login", { email, password });

export const logout = () => request<void>("POST", "/auth/logout");

export const listWorkspaces = async () => (await request<{ workspaces: Workspace[] }>("GET", "/workspaces")).workspaces;

export const createWorkspace = (name: string, description: string) =>
  request<Workspace>("POST", "/workspaces", description ? { name, description } : { name });

/** Also those who were removed: what they wrote is still there. */
export const listMembers = async (workspaceId: string) =>
  (await request<{ members: WorkspaceMember[] }>("GET", `/workspaces/${workspaceId}/members?withFormer=true`)).members;

export const membersOf = async (workspaceId: string, ids: readonly string[]) => {
  const path = `/workspaces/${workspaceId}/members?withFormer=true&ids=${ids.join(",")}`;
  return (await request<{ members: WorkspaceMember[] }>("GET", path)).members;
};

export const changeRole = (workspaceId: string, userId: string, role: Role) =>
  request<WorkspaceMember>("PUT", `/workspaces/${workspaceId}/members/${userId}`, { role });

export const removeMember = (workspaceId: string, userId: string) =>
  request<void>("DELETE", `/workspaces/${workspaceId}/members/${userId}`);

/** `channelIds` are those that guests are let into. */
export const invite = (workspaceId: string, emails: string[], role: Role, message: string, channelIds: string[]) =>
  request<InviteResult>("POST", `/workspaces/${workspaceId}/invite`, {
    emails,
    role,
    ...(message ? { message } : {}),
    ...(channelIds.length > 0 ? { channelIds } : {}),
  });

export const listInvitations = async (workspaceId: string) =>
  (await request<{ invitations: Invitation[] }>("GET", `/workspaces/${workspaceId}/invitations`)).invitations;

export const acceptInvitation = (token: string) =>
  request<{ workspace: Workspace }>("POST", "/invitations/accept", { token });

export const listChannels = async (workspaceId: string) =>
  (await request<{ channels: ListedChannel[] }>("GET", `/workspaces/${workspaceId}/channels`)).channels;

/** One's own alone: few, however many the workspace has. */
export const listOwnChannels = async (workspaceId: string) =>
  (await request<{ channels: ListedChannel[] }>("GET", `/workspaces/${workspaceId}/channels?member=true`)).channels;

export const createChannel = (workspaceId: string, name: string, description: string, type: ChannelType) =>
  request<Channel>(
    "POST",
    `/workspaces/${workspaceId}/channels`,
    description ? { name, description, type } : { name, type },
  );

export const openDirect = (workspaceId: string, userIds: string[]) =>
  request<Channel>("POST", `/workspaces/${workspaceId}/direct`, { userIds });

export const joinChannel = (channelId: string) => request<void>("POST", `/channels/${channelId}/join`);

export const leaveChannel = (channelId: string) => request<void>("POST", `/channels/${channelId}/leave`);

export const addMembers = (channelId: string, userIds: string[]) =>
  request<void>("POST", `/channels/${channelId}/members`, { userIds });

export const removeFromChannel = (channelId: string, userId: string) =>
  request<void>("DELETE", `/channels/${channelId}/members/${userId}`);

/** What one may do in a channel; who is silenced says nothing until then, whatever their rights. */
export const channelRights = (channelId: string) =>
  request<{ mine: string[]; isSilenced?: boolean; silencedUntil?: string | null }>(
    "GET",
    `/channels/${channelId}/permissions`,
  );

export const channelInfo = (channelId: string) => request<ChannelInfo>("GET", `/channels/${channelId}/info`);

export function listMessages(channelId: string, query: { limit: number; before?: string; after?: string }) {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return request<MessagePage>("GET", `/channels/${channelId}/messages?${search}`);
}

/** Channels that were left meanwhile are not in the answer. */
export async function listDigests(since: readonly (readonly [channelId: string, seq: number])[]) {
  const from = since.map(([channelId, seq]) => `${channelId}:${seq}`).join(",");
  return (await request<{ channels: Record<string, Digest> }>("GET", `/sync/digest?from=${from}`)).channels;
}

export const editMessage = (messageId: string, content: string) =>
  request<Message>("PUT", `/messages/${messageId}`, { content });

export const deleteMessage = (messageId: string) => request<void>("DELETE", `/messages/${messageId}`);

export const pinMessage = (messageId: string, pinned: boolean) =>
  request<void>(pinned ? "POST" : "DELETE", `/messages/${messageId}/pin`);

export const removePreviews = (messageId: string) => request<void>("DELETE", `/messages/${messageId}/previews`);

export const pressAction = (messageId: string, actionId: string) =>
  request<{ ephemeral?: Ephemeral }>("POST", `/messages/${messageId}/actions/${actionId}`);

export const listHooks = async (channelId: string) =>
  (await request<{ hooks: Hook[] }>("GET", `/channels/${channelId}/hooks`)).hooks;

export const addHook = (channelId: string, name: string) =>
  request<Hook & { path: string }>("POST", `/channels/${channelId}/hooks`, { name });

export const removeHook = (hookId: string) => request<void>("DELETE", `/hooks/${hookId}`);

export const getPoll = (messageId: string) => request<PollStanding>("GET", `/messages/${messageId}/poll`);

export const vote = (messageId: string, options: string[]) =>
  request<PollStanding>("PUT", `/messages/${messageId}/vote`, { options });

export const closePoll = (messageId: string) => request<PollStanding>("POST", `/messages/${messageId}/poll/close`);

export const chooseStatus = (status: Status) => request<PresenceEntry>("PUT", "/presence", { status });

export const listPresence = async (userIds: string[]) =>
  (await request<{ presence: PresenceEntry[] }>("GET", `/presence?userIds=${userIds.join(",")}`)).presence;
