/** A workspace's channels and direct messages. */
import { useQuery } from "@tanstack/react-query";
import { DropdownMenu } from "radix-ui";

import { SettingsDialog } from "../administration/SettingsDialog";
import { workspaceRights } from "../api/administration";
import type { ListedChannel, Workspace } from "../api/types";
import { EmojiDialog } from "../emoji/EmojiDialog";
import { GroupsDialog } from "../groups/GroupsDialog";
import { KeptDialog } from "../kept/KeptDialog";
import { KeptLink } from "../kept/KeptLink";
import { keys } from "../live/queries";
import { THREADS } from "../location";
import { text } from "../text";
import { ThreadsLink } from "../threads/ThreadsLink";
import { TransfersDialog } from "../transfers/TransfersDialog";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Menu } from "../ui/Menu";
import { MenuEntry } from "../ui/MenuEntry";
import { InviteDialog } from "../workspaces/InviteDialog";
import { PeopleDialog } from "../workspaces/PeopleDialog";
import { isDirect } from "../workspaces/people";
import { isAdmin, mayInvite } from "../workspaces/roles";
import { BrowseDialog } from "./BrowseDialog";
import { ChannelLink } from "./ChannelLink";
import { CreateChannelDialog } from "./CreateChannelDialog";
import { DirectDialog } from "./DirectDialog";
import { closeDialog, openDialog, useDialog } from "./dialogs";

interface Props {
  workspace: Workspace;
  channels: readonly ListedChannel[];
  activeId: string | undefined;
  isLoading: boolean;
}

export function Sidebar({ workspace, channels, activeId, isLoading }: Props) {
  const opened = useDialog((state) => state.dialog);
  const close = closeDialog;
  const mayCreate = useMayCreate(workspace);
  const joined = channels.filter((channel) => channel.isMember && !channel.isArchived);
  return (
    <aside className="sidebar" aria-label={workspace.name}>
      <Head workspace={workspace} mayCreate={mayCreate} />
      <nav className="sidebar-lists" aria-label={text.channels.list} data-testid="channel-list">
        <ThreadsLink workspaceId={workspace.id} channels={channels} isActive={activeId === THREADS} />
        <KeptLink />
        <Group
          title={text.channels.title}
          add={text.channels.add}
          onAdd={mayCreate ? () => openDialog("create") : null}
          none={isLoading ? "" : text.channels.noneYet}
        >
          {joined
            .filter((channel) => !isDirect(channel))
            .sort(byName)
            .map((channel) => (
              <ChannelLink key={channel.id} channel={channel} isActive={channel.id === activeId} />
            ))}
        </Group>
        <button type="button" className="sidebar-action" onClick={() => openDialog("browse")}>
          <Icon name="search" size={16} /> {text.channels.browse}
        </button>
        <Group
          title={text.channels.direct}
          add={text.direct.add}
          onAdd={() => openDialog("direct")}
          none={isLoading ? "" : text.direct.noneYet}
        >
          {joined.filter(isDirect).map((channel) => (
            <ChannelLink key={channel.id} channel={channel} isActive={channel.id === activeId} />
          ))}
        </Group>
        {mayInvite(workspace) && (
          <button type="button" className="sidebar-action" onClick={() => openDialog("invite")}>
            <Icon name="invite" size={16} /> {text.people.invite}
          </button>
        )}
      </nav>
      <InviteDialog workspace={workspace} isOpen={opened === "invite"} onClose={close} />
      <PeopleDialog workspace={workspace} isOpen={opened === "people"} onClose={close} />
      <BrowseDialog workspace={workspace} channels={channels} isOpen={opened === "browse"} onClose={close} />
      <CreateChannelDialog workspace={workspace} isOpen={opened === "create"} onClose={close} />
      <DirectDialog workspace={workspace} isOpen={opened === "direct"} onClose={close} />
      {isAdmin(workspace.role) && (
        <SettingsDialog workspace={workspace} isOpen={opened === "settings"} onClose={close} />
      )}
      {isAdmin(workspace.role) && (
        <TransfersDialog workspace={workspace} isOpen={opened === "transfers"} onClose={close} />
      )}
      <EmojiDialog workspace={workspace} isOpen={opened === "emoji"} onClose={close} />
      <GroupsDialog workspace={workspace} isOpen={opened === "groups"} onClose={close} />
      <KeptDialog isOpen={opened === "kept"} onClose={close} />
    </aside>
  );
}

/** Until the rights have come, as they usually are. */
function useMayCreate({ id, role }: Workspace): boolean {
  const rights = useQuery({ queryKey: keys.workspaceRights(id), queryFn: () => workspaceRights(id) }).data;
  return rights?.mine.includes("createChannels") ?? role !== "guest";
}

function Head({ workspace, mayCreate }: { workspace: Workspace; mayCreate: boolean }) {
  return (
    <header className="sidebar-head">
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="sidebar-title" aria-label={text.workspace.menu(workspace.name)}>
          <span className="clip">{workspace.name}</span>
          <Icon name="chevron" size={16} />
        </DropdownMenu.Trigger>
        <Menu align="start">
          {mayInvite(workspace) && (
            <MenuEntry icon="invite" label={text.people.invite} onSelect={() => openDialog("invite")} />
          )}
          <MenuEntry icon="people" label={text.people.title} onSelect={() => openDialog("people")} />
          <DropdownMenu.Separator className="menu-line" />
          {mayCreate && <MenuEntry icon="plus" label={text.channels.add} onSelect={() => openDialog("create")} />}
          <MenuEntry icon="search" label={text.channels.browse} onSelect={() => openDialog("browse")} />
          <DropdownMenu.Separator className="menu-line" />
          <MenuEntry icon="smile" label={text.emoji.manage} onSelect={() => openDialog("emoji")} />
          <MenuEntry icon="people" label={text.groups.title} onSelect={() => openDialog("groups")} />
          {isAdmin(workspace.role) && (
            <>
              <DropdownMenu.Separator className="menu-line" />
              <MenuEntry
                icon="settings"
                label={text.administration.menu}
                onSelect={() => openDialog("settings")}
              />
              <MenuEntry icon="boxes" label={text.transfers.menu} onSelect={() => openDialog("transfers")} />
            </>
          )}
        </Menu>
      </DropdownMenu.Root>
      <IconButton icon="people" label={text.people.title} side="bottom" onClick={() => openDialog("people")} />
      <IconButton icon="compose" label={text.direct.add} side="bottom" onClick={() => openDialog("direct")} />
    </header>
  );
}

interface GroupProps {
  title: string;
  add: string;
  none: string;
  onAdd: (() => void) | null;
  children: React.ReactNode[];
}

function Group({ title, add, none, onAdd, children }: GroupProps) {
  return (
    <section className="sidebar-group" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {onAdd && <IconButton icon="plus" size={15} label={add} side="right" onClick={onAdd} />}
      </header>
      {children.length > 0 ? <ul>{children}</ul> : <p className="sidebar-none">{none}</p>}
    </section>
  );
}

const byName = (a: ListedChannel, b: ListedChannel) => (a.name ?? "").localeCompare(b.name ?? "");
