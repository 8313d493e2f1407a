/** The routes of programs that take part: bots and their tokens, commands, webhooks. */
import { request } from "./http";

export interface Bot {
  id: string;
  workspaceId: string;
  name: string;
  avatarUrl: string | null;
  createdAt: string;
}

export interface BotToken {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
}

export const SCOPES = [
  "channels:read",
  "channels:join",
  "members:read",
  "messages:read",
  "messages:write",
  "reactions:write",
  "files:read",
  "files:write",
] as const;

export type Scope = (typeof SCOPES)[number];

export const listBots = async (workspaceId: string) =>
  (await request<{ bots: Bot[] }>("GET", `/bots?workspaceId=${workspaceId}`)).bots;

export const addBot = (workspaceId: string, name: string) => request<Bot>("POST", "/bots", { workspaceId, name });

export const removeBot = (botId: string) => request<void>("DELETE", `/bots/${botId}`);

export const listBotTokens = async (botId: string) =>
  (await request<{ tokens: BotToken[] }>("GET", `/bots/${botId}/tokens`)).tokens;

/** The only answer that shows the token. */
export const issueBotToken = (botId: string, name: string, scopes: readonly string[], expiresInDays: number) =>
  request<BotToken & { token: string }>("POST", `/bots/${botId}/tokens`, { name, scopes, expiresInDays });

export const revokeBotToken = (botId: string, tokenId: string) =>
  request<void>("DELETE", `/bots/${botId}/tokens/${tokenId}`);

/** Where a bot is told of buttons that are pressed; the secret is shown when there was no address before. */
export interface Presses {
  url: string | null;
  secret?: string | null;
}

const pressesOf = (workspaceId: string, botId: string) => `/workspaces/${workspaceId}/bots/${botId}/presses`;

export const botPresses = (workspaceId: string, botId: string) =>
  request<Presses>("GET", pressesOf(workspaceId, botId));

export const tellPresses = (workspaceId: string, botId: string, url: string) =>
  request<Presses>("PUT", pressesOf(workspaceId, botId), { url });

export const forgetPresses = (workspaceId: string, botId: string) =>
  request<void>("DELETE", pressesOf(workspaceId, botId));

export interface CommandListed {
  id?: string;
  name: string;
  url?: string;
  description: string;
  usage: string;
  isBuiltIn: boolean;
}

export const listCommands = async (workspaceId: string) =>
  (await request<{ commands: CommandListed[] }>("GET", `/workspaces/${workspaceId}/commands`)).commands;

export type NewCommand = Record<"name" | "url" | "description" | "usage", string>;

export const addCommand = (workspaceId: string, command: NewCommand) =>
  request<CommandListed & { secret: string }>("POST", `/workspaces/${workspaceId}/commands`, command);

export const changeCommand = (commandId: string, change: Partial<Omit<NewCommand, "name">>) =>
  request<CommandListed>("PUT", `/commands/${commandId}`, change);

export const removeCommand = (commandId: string) => request<void>("DELETE", `/commands/${commandId}`);

export const renewHook = (hookId: string) => request<{ path: string }>("POST", `/hooks/${hookId}/token`);

/** A new secret of something that is asked at an address; the old one is good for a day beside it. */
export const renewSecret = async (kind: "hooks" | "outgoing-hooks" | "commands", id: string) =>
  (await request<{ secret: string }>("POST", `/${kind}/${id}/secret`)).secret;

export interface OutgoingHook {
  id: string;
  name: string;
  url: string;
  triggerWords: string[];
  isEnabled: boolean;
  disabledReason: string | null;
}

export const listOutgoing = async (channelId: string) =>
  (await request<{ hooks: OutgoingHook[] }>("GET", `/channels/${channelId}/outgoing-hooks`)).hooks;

export const addOutgoing = (channelId: string, hook: { name: string; url: string; triggerWords: string[] }) =>
  request<OutgoingHook & { secret: string }>("POST", `/channels/${channelId}/outgoing-hooks`, hook);

export const switchOutgoing = (hookId: string, isEnabled: boolean) =>
  request<OutgoingHook>("PUT", `/outgoing-hooks/${hookId}`, { isEnabled });

export const removeOutgoing = (hookId: string) => request<void>("DELETE", `/outgoing-hooks/${hookId}`);

export interface Delivery {
  id: string;
  state: string;
  attempts: number;
  status: number | null;
  error: string | null;
  createdAt: string;
  triedAt: string | null;
  dueAt: string | null;
}

export const listDeliveries = async (hookId: string) =>
  (await request<{ deliveries: Delivery[] }>("GET", `/outgoing-hooks/${hookId}/deliveries`)).deliveries;

export const redeliver = (hookId: string, deliveryId: string) =>
  request<void>("POST", `/outgoing-hooks/${hookId}/deliveries/${deliveryId}/redeliver`);
