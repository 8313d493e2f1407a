/** Renames and deletes a file, for those who may. */
import { useState } from "react";

import { type StoredFile, deleteFile, renameFile } from "../api/files";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";

const LONGEST_NAME = 255;

export function FileChanges({ file, onGone }: { file: StoredFile; onGone: () => void }) {
  const [asking, setAsking] = useState<"rename" | "delete" | null>(null);
  const words = text.files;
  async function remove() {
    await deleteFile(file.id);
    onGone();
    outdated(keys.file(file.id));
  }
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking("rename")}>
        {words.rename}
      </button>
      <button type="button" className="button button-danger" onClick={() => setAsking("delete")}>
        {words.delete}
      </button>
      {asking === "rename" && <RenameDialog file={file} onClose={() => setAsking(null)} />}
      <Confirm
        title={words.deleteTitle(file.filename)}
        description={words.deleteBody}
        action={words.delete}
        isOpen={asking === "delete"}
        onClose={() => setAsking(null)}
        onConfirm={() => void remove().catch(complain)}
      />
    </>
  );
}

function RenameDialog({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const [name, setName] = useState(file.filename);
  const words = text.files;
  async function submit() {
    await renameFile(file.id, name.trim());
    outdated(keys.file(file.id));
  }
  return (
    <Modal title={words.renameTitle} isOpen onClose={onClose}>
      <Form
        submit={submit}
        onDone={onClose}
        action={words.rename}
        isReady={name.trim() !== "" && name.trim() !== file.filename}
        onCancel={onClose}
      >
        <Field
          label={words.name}
          required
          autoFocus
          maxLength={LONGEST_NAME}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Form>
    </Modal>
  );
}
