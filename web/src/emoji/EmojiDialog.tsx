/** The emoji of a workspace: seen by all, added by members, removed by who added them and by admins. */
import { useRef, useState } from "react";

import { type OwnEmoji, addEmoji, removeEmoji } from "../api/emoji";
import type { Workspace } from "../api/types";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { IconButton } from "../ui/IconButton";
import { Modal } from "../ui/Modal";
import { complain, notify } from "../ui/notices";
import { after } from "../ui/typing";
import { usePending } from "../ui/usePending";
import { nameOf, useMyId, usePeople } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import { EmojiPicture } from "./EmojiPicture";
import { useOwnEmoji } from "./own";
import { refusalOf, suggestedName } from "./upload";

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function EmojiDialog({ workspace, isOpen, onClose }: Props) {
  return (
    <Modal title={text.emoji.manage} description={text.emoji.about} isOpen={isOpen} onClose={onClose} isWide>
      {workspace.role !== "guest" && <AddForm workspaceId={workspace.id} />}
      <OwnList workspace={workspace} />
    </Modal>
  );
}

function AddForm({ workspaceId }: { workspaceId: string }) {
  const [name, setName] = useState("");
  const [image, setImage] = useState<File | null>(null);
  const [round, setRound] = useState(0);
  const latest = useRef(image);
  const { isPending, problem, run } = usePending();
  const words = text.emoji;
  const refusal = refusalOf(name, image);
  function choose(file: File | null) {
    latest.current = file;
    setImage(file);
    if (file && !name) setName(suggestedName(file.name));
  }
  async function submit() {
    if (!image) return;
    await addEmoji(workspaceId, name, image);
    outdated(keys.emoji(workspaceId));
    notify(words.added(name));
    setName(after(name, ""));
    setImage(after<File | null>(image, null));
    if (latest.current === image) setRound(round + 1);
  }
  return (
    <form className="form" onSubmit={(event) => (event.preventDefault(), void run(submit))}>
      <Field
        key={round}
        label={words.image}
        hint={words.imageHint}
        type="file"
        accept="image/png,image/gif,image/webp"
        onChange={(event) => choose(event.target.files?.[0] ?? null)}
      />
      <Field label={words.name} hint={words.nameHint} value={name} onChange={(event) => setName(event.target.value)} />
      {(problem || (image && refusal)) && (
        <p role="alert" className="problem">
          {problem ?? refusal}
        </p>
      )}
      <div className="buttons">
        <button type="submit" className="button button-primary" disabled={isPending || !image || refusal !== null}>
          {words.upload}
        </button>
      </div>
    </form>
  );
}

function OwnList({ workspace }: { workspace: Workspace }) {
  const own = useOwnEmoji(workspace.id);
  if (own.length === 0) return <p className="quiet">{text.emoji.empty}</p>;
  return (
    <ul className="rows rows-tall" aria-label={text.emoji.manage}>
      {own.map((emoji) => (
        <Row key={emoji.id} emoji={emoji} workspace={workspace} />
      ))}
    </ul>
  );
}

function Row({ emoji, workspace }: { emoji: OwnEmoji; workspace: Workspace }) {
  const [isRemoving, setRemoving] = useState(false);
  const people = usePeople(workspace.id);
  const isMine = useMyId() === emoji.createdBy;
  const words = text.emoji;
  const remove = () => removeEmoji(workspace.id, emoji.name).then(() => outdated(keys.emoji(workspace.id)), complain);
  return (
    <li className="row" data-testid="own-emoji">
      <EmojiPicture emoji={emoji} />
      <span className="row-main">
        <strong className="clip">:{emoji.name}:</strong>
        <small className="clip">{words.by(nameOf(people, emoji.createdBy))}</small>
      </span>
      {(isMine || isAdmin(workspace.role)) && (
        <IconButton icon="trash" label={words.remove(emoji.name)} onClick={() => setRemoving(true)} />
      )}
      <Confirm
        title={words.removeTitle(emoji.name)}
        description={words.removeBody}
        action={words.removeConfirm}
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        onConfirm={() => void remove()}
      />
    </li>
  );
}
