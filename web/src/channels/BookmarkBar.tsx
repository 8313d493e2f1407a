/** Links at a channel's head. */
import { useQuery } from "@tanstack/react-query";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";

import { type Bookmark, changeBookmark, listBookmarks, removeBookmark } from "../api/kept";
import { keys, queries } from "../live/queries";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Menu } from "../ui/Menu";
import { MenuEntry } from "../ui/MenuEntry";
import { complain } from "../ui/notices";
import { BookmarkDialog } from "./BookmarkDialog";

export const showBookmarks = (channelId: string, bookmarks: Bookmark[]) =>
  queries.setQueryData(keys.bookmarks(channelId), bookmarks);

export function BookmarkBar({ channelId, mayChange }: { channelId: string; mayChange: boolean }) {
  const bookmarks = useQuery({ queryKey: keys.bookmarks(channelId), queryFn: () => listBookmarks(channelId) });
  const listed = bookmarks.data ?? [];
  if (listed.length === 0) return null;
  return (
    <nav className="bookmarks" aria-label={text.bookmarks.title}>
      {listed.map((bookmark, position) => (
        <span key={bookmark.id} className="bookmark" data-testid="bookmark">
          <a className="clip" href={bookmark.url} title={bookmark.url} target="_blank" rel="noopener noreferrer">
            {bookmark.emoji && `${bookmark.emoji} `}
            {bookmark.title}
          </a>
          {mayChange && (
            <BookmarkMenu channelId={channelId} bookmark={bookmark} position={position} last={listed.length - 1} />
          )}
        </span>
      ))}
    </nav>
  );
}

interface MenuProps {
  channelId: string;
  bookmark: Bookmark;
  position: number;
  last: number;
}

function BookmarkMenu({ channelId, bookmark, position, last }: MenuProps) {
  const [isEditing, setEditing] = useState(false);
  const words = text.bookmarks;
  const attempt = (work: Promise<{ bookmarks: Bookmark[] }>) =>
    void work.then((left) => showBookmarks(channelId, left.bookmarks), complain);
  const move = (to: number) => attempt(changeBookmark(channelId, bookmark.id, { position: to }));
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={words.change(bookmark.title)}>
        <Icon name="chevron" size={12} />
      </DropdownMenu.Trigger>
      <Menu align="start">
        <MenuEntry icon="edit" label={words.edit} onSelect={() => setEditing(true)} />
        {position > 0 && <MenuEntry icon="chevron" label={words.earlier} onSelect={() => move(position - 1)} />}
        {position < last && <MenuEntry icon="chevron" label={words.later} onSelect={() => move(position + 1)} />}
        <DropdownMenu.Separator className="menu-line" />
        <MenuEntry
          icon="trash"
          label={words.remove(bookmark.title)}
          onSelect={() => attempt(removeBookmark(channelId, bookmark.id))}
        />
      </Menu>
      {isEditing && <BookmarkDialog channelId={channelId} bookmark={bookmark} onClose={() => setEditing(false)} />}
    </DropdownMenu.Root>
  );
}

export function BookmarkButton({ channelId }: { channelId: string }) {
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <IconButton
        icon="bookmark"
        className="to-end"
        side="bottom"
        label={text.bookmarks.add}
        onClick={() => setAdding(true)}
      />
      {isAdding && <BookmarkDialog channelId={channelId} onClose={() => setAdding(false)} />}
    </>
  );
}
