/** Invites people by e-mail and says for whom it worked. */
import { useId, useState } from "react";

import { invite } from "../api/routes";
import type { InviteResult, Role, Workspace } from "../api/types";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";
import { GuestChannels } from "./GuestChannels";
import { InvitationList } from "./InvitationList";
import { isAdmin } from "./roles";

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function InviteDialog({ workspace, isOpen, onClose }: Props) {
  return (
    <Modal title={text.invite.title(workspace.name)} isOpen={isOpen} onClose={onClose} isWide>
      <InviteForm workspace={workspace} onClose={onClose} />
    </Modal>
  );
}

function InviteForm({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const [emails, setEmails] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [note, setNote] = useState("");
  const [channelIds, setChannelIds] = useState<string[]>([]);
  const [result, setResult] = useState<InviteResult | null>(null);
  const id = useId();
  const words = text.invite;
  const isGuest = role === "guest";
  async function submit() {
    setResult(await invite(workspace.id, addresses(emails), role, note.trim(), isGuest ? channelIds : []));
    setEmails("");
    outdated(keys.invitations(workspace.id));
  }
  if (result) return <Result workspace={workspace} result={result} onMore={() => setResult(null)} onClose={onClose} />;
  return (
    <Form
      submit={submit}
      action={words.send}
      isReady={addresses(emails).length > 0 && (!isGuest || channelIds.length > 0)}
    >
      <div className="field">
        <label htmlFor={id}>{words.emails}</label>
        <textarea
          id={id}
          className="input"
          rows={3}
          required
          autoFocus
          aria-describedby={`${id}-hint`}
          value={emails}
          onChange={(event) => setEmails(event.target.value)}
        />
        <p id={`${id}-hint`} className="field-hint">
          {words.emailsHint}
        </p>
      </div>
      <div className="field">
        <label htmlFor={`${id}-role`}>{words.role}</label>
        <select
          id={`${id}-role`}
          className="input"
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
        >
          {(["member", "guest", ...(isAdmin(workspace.role) ? (["admin"] as const) : [])] as const).map((option) => (
            <option key={option} value={option}>
              {text.people.roles[option]}
            </option>
          ))}
        </select>
      </div>
      {isGuest && <GuestChannels workspaceId={workspace.id} chosen={channelIds} onChange={setChannelIds} />}
      <Field label={words.note} maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />
    </Form>
  );
}

interface ResultProps {
  workspace: Workspace;
  result: InviteResult;
  onMore: () => void;
  onClose: () => void;
}

function Result({ workspace, result, onMore, onClose }: ResultProps) {
  const words = text.invite;
  return (
    <div className="form" data-testid="invite-result">
      {result.sent.length > 0 && (
        <section aria-label={words.sent} className="outcome outcome-good">
          <h3>{words.sent}</h3>
          <ul>
            {result.sent.map((email) => (
              <li key={email}>{email}</li>
            ))}
          </ul>
        </section>
      )}
      {result.failed.length > 0 && (
        <section aria-label={words.failed} className="outcome outcome-bad">
          <h3>{words.failed}</h3>
          <ul>
            {result.failed.map(({ email, reason }) => (
              <li key={email}>
                {email} – {words.reasons[reason] ?? reason.replaceAll("_", " ")}
              </li>
            ))}
          </ul>
        </section>
      )}
      {isAdmin(workspace.role) && <InvitationList workspaceId={workspace.id} only={result.sent} />}
      <div className="buttons">
        <button type="button" className="button" onClick={onMore}>
          {words.more}
        </button>
        <button type="button" className="button button-primary" onClick={onClose}>
          {words.done}
        </button>
      </div>
    </div>
  );
}

export function addresses(written: string): string[] {
  return [...new Set(written.split(/[\s,;]+/).filter(Boolean))];
}
