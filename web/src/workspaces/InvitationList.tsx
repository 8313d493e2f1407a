/** The invitations of a workspace with links to hand over. */
import { useQuery } from "@tanstack/react-query";

import { listInvitations } from "../api/routes";
import type { Invitation } from "../api/types";
import { keys } from "../live/queries";
import { invitationLink } from "../location";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { copy } from "../ui/copy";

export function InvitationList({ workspaceId, only }: { workspaceId: string; only?: readonly string[] }) {
  const query = useQuery({ queryKey: keys.invitations(workspaceId), queryFn: () => listInvitations(workspaceId) });
  const wanted = only && new Set(only.map((email) => email.toLowerCase()));
  return (
    <Loaded query={query} none={only ? undefined : text.invite.none}>
      {(invitations) => {
        const shown = invitations.filter(({ email }) => !wanted || wanted.has(email.toLowerCase()));
        if (shown.length === 0) return null;
        return (
          <>
            <p className="field-hint">{text.invite.linkHint}</p>
            <ul className="rows rows-tall" aria-label={text.people.invitations}>
              {shown.map((invitation) => (
                <Row key={invitation.id} invitation={invitation} />
              ))}
            </ul>
          </>
        );
      }}
    </Loaded>
  );
}

function Row({ invitation }: { invitation: Invitation }) {
  const isOpen = invitation.status === "pending" && Boolean(invitation.token);
  const status = text.invite.status[invitation.status] ?? invitation.status;
  return (
    <li className="row" data-testid="invitation" data-email={invitation.email}>
      <span className="row-main">
        <strong className="clip">{invitation.email}</strong>
        <small>
          {status} · {text.people.roles[invitation.role]}
          {isOpen && ` · ${text.invite.until(new Date(invitation.expiresAt))}`}
        </small>
        {isOpen && (
          <input
            className="input input-link"
            readOnly
            aria-label={text.invite.link(invitation.email)}
            value={invitationLink(invitation.token)}
            onFocus={(event) => event.target.select()}
          />
        )}
      </span>
      {isOpen && (
        <IconButton
          icon="copy"
          label={text.invite.copyOf(invitation.email)}
          onClick={() => void copy(invitationLink(invitation.token), text.invite.copied)}
        />
      )}
    </li>
  );
}
