/** Brings a message to the notice of the workspace's owners and admins. */
import { useId, useState } from "react";

import { report } from "../api/reporting";
import type { Message } from "../api/types";
import { text } from "../text";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";
import { notify } from "../ui/notices";

const LONGEST = 1_000;

export function ReportDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const id = useId();
  const words = text.moderation;
  async function submit() {
    await report(message.id, reason.trim());
    notify(words.sent);
  }
  return (
    <Modal title={words.reportTitle} description={words.reportBody} isOpen onClose={onClose}>
      <Form
        submit={submit}
        onDone={onClose}
        action={words.send}
        isReady={reason.trim() !== ""}
        onCancel={onClose}
        button="danger"
      >
        {message.content && <blockquote className="report-quote">{message.content.slice(0, 300)}</blockquote>}
        <div className="field">
          <label htmlFor={id}>{words.reason}</label>
          <textarea
            id={id}
            className="input"
            rows={3}
            required
            maxLength={LONGEST}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </Form>
    </Modal>
  );
}
