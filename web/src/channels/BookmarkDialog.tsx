/** Adds a bookmark, or changes one. */
import { useState } from "react";

import { type Bookmark, addBookmark, changeBookmark } from "../api/kept";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";
import { differing } from "../ui/typing";
import { showBookmarks } from "./BookmarkBar";

const LONGEST_EMOJI = 64;

interface Props {
  channelId: string;
  /** The one that is changed; none for a new one. */
  bookmark?: Bookmark;
  onClose: () => void;
}

export function BookmarkDialog({ channelId, bookmark, onClose }: Props) {
  const [title, setTitle] = useState(bookmark?.title ?? "");
  const [url, setUrl] = useState(bookmark?.url ?? "https://");
  const [emoji, setEmoji] = useState(bookmark?.emoji ?? "");
  const words = text.bookmarks;
  async function submit() {
    const written = { title: title.trim(), url: url.trim(), emoji: emoji.trim() || null };
    const { bookmarks } = await (bookmark
      ? changeBookmark(channelId, bookmark.id, differing(written, bookmark))
      : addBookmark(channelId, written));
    showBookmarks(channelId, bookmarks);
  }
  return (
    <Modal title={bookmark ? words.change(bookmark.title) : words.add} isOpen onClose={onClose}>
      <Form submit={submit} onDone={onClose} action={text.save} onCancel={onClose}>
        <Field label={words.name} required maxLength={255} value={title} onChange={(e) => setTitle(e.target.value)} />
        <Field label={words.address} type="url" required value={url} onChange={(e) => setUrl(e.target.value)} />
        <Field
          label={words.emoji}
          hint={words.emojiHint}
          maxLength={LONGEST_EMOJI}
          value={emoji}
          onChange={(event) => setEmoji(event.target.value)}
        />
      </Form>
    </Modal>
  );
}
