/** What the gateway tells, put where it belongs. */
import type { Socket } from "socket.io-client";

import { attachAdministration } from "../administration/attach";
import type { Channel, ListedChannel, Message, Status, WorkspaceMember } from "../api/types";
import { changeTyping, forgetConversation, hear } from "../conversation/conversations";
import { heal } from "../conversation/history";
import { flushAll } from "../conversation/sending";
import * as typings from "../conversation/typing";
import { attachFiles } from "../files/attach";
import { attachKept } from "../kept/attach";
import { attachPrograms } from "../programs/attach";
import { fetchPresence, hearPresence } from "../presence/presence";
import { attachReading } from "../reading/attach";
import { hearDeleted, hearUpdated, noticeChannel } from "../reading/unread";
import { current } from "../session/session";
import { attachWords } from "../emoji/attach";
import { attachThreads } from "../threads/attach";
import { attachTransfers } from "../transfers/attach";
import { catchUp, refreshOnScreen, refreshThreadOnScreen } from "./catchup";
import { change } from "./change";
import { keys, outdated, queries } from "./queries";
import { checkSoon } from "./selfcheck";

interface Reaction {
  channelId: string;
  messageId: string;
  emoji: string;
  userId: string;
  revision: number;
}

export function attach(socket: Socket): void {
  let connects = 0;
  socket.on("connect", () => {
    flushAll();
    const isFirst = connects++ === 0;
    // The gateway tells what was missed by itself; only who is there is not kept for anybody.
    if (socket.recovered) return void refetchPresence().then(checkSoon);
    void catchUp()
      .then(() => (isFirst ? undefined : refreshOnScreen()))
      .then(refreshThreadOnScreen)
      .then(checkSoon);
    if (!isFirst) refetchAll();
  });
  attachReading(socket);
  attachMessages(socket);
  attachChannels(socket);
  attachPeople(socket);
  attachKept(socket);
  attachPrograms(socket);
  attachTransfers(socket);
  attachThreads(socket);
  attachWords(socket);
  attachFiles(socket);
  attachAdministration(socket);
}

function attachMessages(socket: Socket): void {
  socket.on("message:receive", ({ message, channel }: { message: Message; channel: Channel }) => {
    if (channel) noticeChannel(channel.id, channel.workspaceId);
    hear(message);
    if (channel && !isListed(channel)) outdated(keys.channels(channel.workspaceId));
    void heal(message.channelId);
  });
  socket.on("message:update", ({ message }: { message: Message }) => {
    hearUpdated(message);
    change(message.channelId, { kind: "update", message });
    outdated(keys.info(message.channelId));
  });
  socket.on(
    "message:delete",
    ({ messageId, channelId, message }: { messageId: string; channelId: string; message?: Message }) => {
      if (message) hearDeleted(message);
      change(channelId, { kind: "delete", messageId, message });
      outdated(keys.info(channelId));
    },
  );
  socket.on("messages:purged", ({ channelId, messageIds }: { channelId: string; messageIds: string[] }) => {
    for (const messageId of messageIds) change(channelId, { kind: "delete", messageId, isPurged: true });
    outdated(keys.info(channelId));
  });
  socket.on("reaction:add", (reaction: Reaction) =>
    change(reaction.channelId, { kind: "reaction", ...reaction, add: true }),
  );
  socket.on("reaction:remove", (reaction: Reaction) =>
    change(reaction.channelId, { kind: "reaction", ...reaction, add: false }),
  );
}

function attachChannels(socket: Socket): void {
  const refresh = ({ channel }: { channel: Channel }) => {
    outdated(keys.channels(channel.workspaceId));
    outdated(keys.info(channel.id));
    outdated(keys.rights(channel.id));
  };
  socket.on("channel:joined", ({ channel }: { channel: Channel }) => {
    noticeChannel(channel.id, channel.workspaceId);
    refresh({ channel });
    outdated(keys.workspaces());
  });
  socket.on("channel:update", refresh);
  socket.on("channel:left", ({ channelId }: { channelId: string }) => {
    forgetConversation(channelId);
    outdated(["channels"]);
    outdated(keys.info(channelId));
    outdated(keys.workspaces());
  });
  const membership = ({ channelId }: { channelId: string }) => {
    outdated(keys.info(channelId));
    outdated(["members"]);
  };
  const workspace = () => {
    outdated(keys.workspaces());
    outdated(["channels"]);
    outdated(["members"]);
  };
  socket.on("workspace:joined", workspace);
  socket.on("workspace:left", workspace);
  socket.on("member:joined", membership);
  socket.on("member:silenced", ({ channelId }: { channelId?: string | null }) =>
    outdated(channelId ? keys.rights(channelId) : ["rights"]),
  );
  socket.on("member:left", membership);
}

function attachPeople(socket: Socket): void {
  socket.on("presence:update", ({ userId, status }: { userId: string; status: Status }) =>
    hearPresence(userId, status),
  );
  socket.on("typing:start", ({ channelId, userId }: { channelId: string; userId: string }) => {
    if (userId !== current()?.user.id) changeTyping((typing) => typings.start(typing, channelId, userId, Date.now()));
  });
  socket.on("typing:stop", ({ channelId, userId }: { channelId: string; userId: string }) =>
    changeTyping((typing) => typings.stop(typing, channelId, userId)),
  );
}

function isListed(channel: Channel): boolean {
  const listed = queries.getQueryData<ListedChannel[]>(keys.channels(channel.workspaceId));
  return !listed || listed.some((entry) => entry.id === channel.id && entry.isMember);
}

/** While away, anything may have changed without being told. */
function refetchAll(): void {
  void queries.invalidateQueries();
  void refetchPresence();
}

async function refetchPresence(): Promise<void> {
  const members = queries
    .getQueriesData<WorkspaceMember[]>({ queryKey: ["members"] })
    .flatMap(([, list]) => list ?? []);
  await fetchPresence([...new Set(members.map((member) => member.userId))]).catch(() => undefined);
}
