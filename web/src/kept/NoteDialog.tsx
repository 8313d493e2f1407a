/** What one notes about a saved message. */
import { useState } from "react";

import { type Saved, saveMessage } from "../api/kept";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Modal } from "../ui/Modal";
import { ProblemLine } from "../ui/ProblemLine";
import { usePending } from "../ui/usePending";

const LONGEST = 500;

export function NoteDialog({ messageId, note, state, onClose }: Pick<Saved, "messageId" | "note" | "state"> & { onClose: () => void }) {
  const [written, setWritten] = useState(note ?? "");
  const { isPending, problem, run } = usePending();
  const words = text.kept;
  async function submit() {
    await saveMessage(messageId, { note: written.trim() || null, state });
    outdated(keys.saved());
    onClose();
  }
  return (
    <Modal title={words.editNote} isOpen onClose={onClose}>
      <form className="form" onSubmit={(event) => (event.preventDefault(), void run(submit))}>
        <Field
          label={words.note}
          hint={words.noteHint}
          maxLength={LONGEST}
          value={written}
          onChange={(event) => setWritten(event.target.value)}
        />
        <ProblemLine problem={problem} />
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
