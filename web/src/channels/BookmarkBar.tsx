/** Links at a channel's head. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Bookmark, addBookmark, listBookmarks, removeBookmark } from "../api/kept";
import { keys, queries } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { IconButton } from "../ui/IconButton";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";
import { usePending } from "../ui/usePending";

const show = (channelId: string, bookmarks: Bookmark[]) => queries.setQueryData(keys.bookmarks(channelId), bookmarks);

export function BookmarkBar({ channelId, mayChange }: { channelId: string; mayChange: boolean }) {
  const bookmarks = useQuery({ queryKey: keys.bookmarks(channelId), queryFn: () => listBookmarks(channelId) });
  const words = text.bookmarks;
  const listed = bookmarks.data ?? [];
  const remove = (id: string) =>
    void removeBookmark(channelId, id).then((left) => show(channelId, left.bookmarks), complain);
  if (listed.length === 0) return null;
  return (
    <nav className="bookmarks" aria-label={words.title}>
      {listed.map((bookmark) => (
        <span key={bookmark.id} className="bookmark">
          <a className="clip" href={bookmark.url} title={bookmark.url} target="_blank" rel="noopener noreferrer">
            {bookmark.emoji && `${bookmark.emoji} `}
            {bookmark.title}
          </a>
          {mayChange && (
            <IconButton
              icon="close"
              size={12}
              side="bottom"
              label={words.remove(bookmark.title)}
              onClick={() => remove(bookmark.id)}
            />
          )}
        </span>
      ))}
    </nav>
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
      {isAdding && <AddDialog channelId={channelId} onClose={() => setAdding(false)} />}
    </>
  );
}

function AddDialog({ channelId, onClose }: { channelId: string; onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [url, setUrl] = useState("https://");
  const { isPending, problem, run } = usePending();
  const words = text.bookmarks;
  async function submit() {
    show(channelId, (await addBookmark(channelId, title.trim(), url.trim())).bookmarks);
    onClose();
  }
  return (
    <Modal title={words.add} isOpen onClose={onClose}>
      <form className="form" onSubmit={(event) => (event.preventDefault(), void run(submit))}>
        <Field label={words.name} required maxLength={255} value={title} onChange={(e) => setTitle(e.target.value)} />
        <Field label={words.address} type="url" required value={url} onChange={(e) => setUrl(e.target.value)} />
        {problem && (
          <p role="alert" className="problem">
            {problem}
          </p>
        )}
        <div className="buttons">
          <button type="button" className="button" onClick={onClose}>
            {text.cancel}
          </button>
          <button type="submit" className="button button-primary" disabled={isPending}>
            {text.save}
          </button>
        </div>
      </form>
    </Modal>
  );
}
