/** Brings a message to the notice of the workspace's owners and admins. */
import { useId, useState } from "react";

import { report } from "../api/reporting";
import type { Message } from "../api/types";
import { text } from "../text";
import { Modal } from "../ui/Modal";
import { notify } from "../ui/notices";
import { usePending } from "../ui/usePending";

const LONGEST = 1_000;

export function ReportDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const { isPending, problem, run } = usePending();
  const id = useId();
  const words = text.moderation;
  async function submit() {
    await report(message.id, reason.trim());
    notify(words.sent);
    onClose();
  }
  return (
    <Modal title={words.reportTitle} description={words.reportBody} isOpen onClose={onClose}>
      <form className="form" onSubmit={(event) => (event.preventDefault(), void run(submit))}>
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
        {problem && (
          <p role="alert" className="problem">
            {problem}
          </p>
        )}
        <div className="buttons">
          <button type="button" className="button" onClick={onClose}>
            {text.cancel}
          </button>
          <button type="submit" className="button button-danger" disabled={isPending || !reason.trim()}>
            {words.send}
          </button>
        </div>
      </form>
    </Modal>
  );
}
