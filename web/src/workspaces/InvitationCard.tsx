/** Accepts an invitation: at once for somebody who just signed in for it, after asking otherwise. */
import { useEffect, useRef, useState } from "react";

import { acceptInvitation } from "../api/routes";
import { explain } from "../api/problem";
import { keys, renew } from "../live/queries";
import { dropInvitation, goTo } from "../location";
import { Mark } from "../session/Entrance";
import { useSession } from "../session/session";
import { signOut } from "../session/signOut";
import { text } from "../text";

const JUST_NOW_MS = 10_000;
const pageOpenedAt = Date.now();

export function InvitationCard({ token }: { token: string }) {
  const session = useSession((state) => state.session);
  const { isPending, problem, accept } = useAccept(token);
  const hasStarted = useRef(false);
  const [startedWith] = useState(() => signedInSincePageOpened());
  useEffect(() => {
    if (!startedWith || hasStarted.current) return;
    hasStarted.current = true;
    void accept();
  }, [startedWith, accept]);
  const words = text.invitation;
  return (
    <main className="stage">
      <section className="card" aria-labelledby="invitation-title">
        <Mark />
        <h1 id="invitation-title">{words.title}</h1>
        <p className="card-lead">{isPending ? words.joining : words.body(session?.user.name ?? "")}</p>
        {problem && (
          <p role="alert" className="problem">
            {problem}
          </p>
        )}
        <div className="form">
          <button
            type="button"
            className="button button-primary button-large"
            disabled={isPending}
            onClick={() => void accept()}
          >
            {words.accept}
          </button>
          <button type="button" className="button" onClick={() => void signOut()}>
            {words.other}
          </button>
          <button type="button" className="link" onClick={dropInvitation}>
            {words.ignore}
          </button>
        </div>
      </section>
    </main>
  );
}

function useAccept(token: string) {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function accept() {
    setPending(true);
    setProblem(null);
    try {
      const { workspace } = await acceptInvitation(token);
      await renew(keys.workspaces());
      goTo(workspace.id);
      dropInvitation();
    } catch (error) {
      setProblem(explain(error));
      setPending(false);
    }
  }
  return { isPending, problem, accept };
}

/** A session kept from before needs a yes first: it may be somebody else's. */
function signedInSincePageOpened(): boolean {
  const session = useSession.getState().session;
  return session !== null && session.signedInAt >= pageOpenedAt && Date.now() - session.signedInAt < JUST_NOW_MS;
}
