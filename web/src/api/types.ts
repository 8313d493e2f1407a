/** What the gateway's REST routes and socket events carry. */
import type { FormattedNode } from "../conversation/formatting";

export type Role = "owner" | "admin" | "member" | "guest";
export type ChannelType = "public" | "private" | "direct" | "group";
export type Status = "online" | "away" | "busy" | "offline";

export interface User {
  id: string;
  organizationId: string;
  email: string;
  name: string;
  avatarUrl: string | null;
}

export interface Workspace {
  id: string;
  name: string;
  description: string | null;
  isPublic: boolean;
  allowExternalInvites: boolean;
  createdBy: string;
  role?: Role | null;
}

export interface WorkspaceMember {
  userId: string;
  workspaceId: string;
  role: Role;
  status: string;
  name: string;
  email: string;
  avatarUrl: string | null;
  joinedAt: string | null;
  isBot?: boolean;
}

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  status: string;
  token: string;
  expiresAt: string;
  createdAt: string;
}

export interface InviteResult {
  sent: string[];
  failed: { email: string; reason: string }[];
}

export interface Channel {
  id: string;
  workspaceId: string;
  name: string | null;
  description: string | null;
  type: ChannelType;
  isArchived: boolean;
  isDefault: boolean;
  createdBy: string;
  createdAt: string;
  memberIds?: string[];
  /** Only its admins, or fewer, post here. */
  isAnnouncement?: boolean;
  /** Between two posts of one person; 0: none. */
  slowModeSeconds?: number;
}

export interface ListedChannel extends Channel {
  isMember: boolean;
  lastSeq: number;
}

export interface ChannelMember {
  channelId: string;
  userId: string;
  role: string;
  name: string;
  avatarUrl: string | null;
}

export interface Message {
  id: string;
  channelId: string;
  userId: string;
  content: string;
  contentType: string;
  reactions: Record<string, string[]>;
  isEdited: boolean;
  isDeleted: boolean;
  /** By a moderator: it says nothing. */
  isHidden?: boolean;
  /** By retention: it says nothing any more. */
  isPurged?: boolean;
  /** Came from elsewhere, with a time of its own. */
  isImported?: boolean;
  isPinned: boolean;
  createdAt: string;
  updatedAt: string;
  seq: number;
  clientMessageId: string | null;
  /** Unset: the content has no formatting. */
  formattedContent?: FormattedNode | null;
  /** The words alone; unset: they are the content. */
  plainText?: string | null;
  previews?: LinkPreview[];
  parentMessageId?: string | null;
  /** A reply that is shown in the channel, too. */
  alsoToChannel?: boolean;
  threadReplyCount?: number;
  lastReplyAt?: string | null;
  /** The last to reply, a few of them. */
  threadParticipants?: string[];
  mentions?: string[];
  mentionsChannel?: boolean;
  mentionsHere?: boolean;
  /** The channel's number of its last change. */
  revision?: number;
  forwarded?: Forwarded | null;
  attachments?: unknown[];
  /** The integration that says it: no user does. */
  via?: Via | null;
  actions?: Action[] | null;
  poll?: Poll | null;
}

export interface Via {
  kind: "webhook" | "command";
  id: string;
  name: string;
  iconEmoji: string | null;
}

/** An incoming webhook. */
export interface Hook {
  id: string;
  name: string;
  iconEmoji: string | null;
  lastUsedAt: string | null;
}

export interface Action {
  id: string;
  text: string;
  style: "default" | "primary" | "danger";
}

export interface Poll {
  question: string;
  options: PollOption[];
  isMultiple: boolean;
  isAnonymous: boolean;
  closesAt: string | null;
  closedAt: string | null;
  voters: number;
}

export interface PollOption {
  id: string;
  text: string;
  votes: number;
}

/** A poll with one's own vote. */
export interface PollStanding {
  poll: Poll;
  mine: string[];
}

/** What a program attached, in text. */
export interface Card {
  type: "card";
  title?: string;
  titleLink?: string;
  pretext?: string;
  text?: string;
  color?: string;
  authorName?: string;
  footer?: string;
  fields?: { title: string; value: string; short: boolean }[];
}

/** What a program answered to one person alone. */
export interface Ephemeral {
  id: string;
  channelId: string;
  content: string;
  attachments: unknown[];
  via: Via;
  createdAt: string;
}

/** A message as it was when it was passed on. */
export interface Forwarded {
  messageId: string;
  channelId: string;
  userId: string;
  createdAt: string;
  content: string;
  formattedContent?: FormattedNode | null;
  attachments?: unknown[];
  forwarded: Forwarded | null;
  /** What became of that message since: it says nothing here either. */
  isHidden?: boolean;
  isDeleted?: boolean;
}

/** What a page says of itself: text, never HTML. */
export interface LinkPreview {
  url: string;
  title: string;
  description: string | null;
  siteName: string | null;
}

export interface MessagePage {
  messages: Message[];
  hasMore: boolean;
  total: number;
}

/** What the server has of a channel from `fromSeq` on: "seq:id:updatedAt" a line, hashed. */
export interface Digest {
  lastSeq: number;
  fromSeq: number;
  count: number;
  hash: string;
}

export interface ChannelInfo {
  channel: Channel;
  members: ChannelMember[];
  pinnedMessages: Message[];
  statistics: { totalMessages: number; activeMembers: number; lastActivity: string | null };
}

export interface PresenceEntry {
  userId: string;
  status: Status;
}
