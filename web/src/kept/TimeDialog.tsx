/** Asks for a moment to come. */
import { useState } from "react";

import { text } from "../text";
import { Field } from "../ui/Field";
import { Modal } from "../ui/Modal";
import { inMinutes, localText } from "./times";

interface Props {
  title: string;
  onClose: () => void;
  onChoose: (at: Date) => void;
}

export function TimeDialog({ title, onClose, onChoose }: Props) {
  const [value, setValue] = useState(() => localText(inMinutes(new Date(), 60)));
  const at = new Date(value);
  const isToCome = at.getTime() > Date.now();
  return (
    <Modal title={title} isOpen onClose={onClose}>
      <form className="form" onSubmit={(event) => (event.preventDefault(), onChoose(at), onClose())}>
        <Field
          label={text.kept.when}
          type="datetime-local"
          required
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <div className="buttons">
          <button type="button" className="button" onClick={onClose}>
            {text.cancel}
          </button>
          <button type="submit" className="button button-primary" disabled={!isToCome}>
            {title}
          </button>
        </div>
      </form>
    </Modal>
  );
}
