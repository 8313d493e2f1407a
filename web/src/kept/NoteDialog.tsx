/** What one notes about a saved message. */
import { useState } from "react";

import { type Saved, saveMessage } from "../api/kept";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";

const LONGEST = 500;

export function NoteDialog({
  messageId,
  note,
  state,
  onClose,
}: Pick<Saved, "messageId" | "note" | "state"> & { onClose: () => void }) {
  const [written, setWritten] = useState(note ?? "");
  const words = text.kept;
  async function submit() {
    await saveMessage(messageId, { note: written.trim() || null, state });
    outdated(keys.saved());
  }
  return (
    <Modal title={words.editNote} isOpen onClose={onClose}>
      <Form submit={submit} onDone={onClose} action={text.save} onCancel={onClose}>
        <Field
          label={words.note}
          hint={words.noteHint}
          maxLength={LONGEST}
          value={written}
          onChange={(event) => setWritten(event.target.value)}
        />
      </Form>
    </Modal>
  );
}
