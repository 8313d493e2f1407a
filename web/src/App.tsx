/** What is shown: the entrance, an invitation, the first workspace, or the conversations. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { explain } from "./api/problem";
import { listWorkspaces } from "./api/routes";
import { catchUpOnReturn } from "./live/catchup";
import { open } from "./live/connection";
import { attach } from "./live/events";
import { keys } from "./live/queries";
import { checkNowAndThen } from "./live/selfcheck";
import { LinkedMessage } from "./conversation/LinkedMessage";
import { saveWhenHidden } from "./kept/drafts";
import { useInvitation, useLinkedMessage, useSharedToken } from "./location";
import { startReading } from "./reading/unread";
import { Entrance } from "./session/Entrance";
import { useSession } from "./session/session";
import { SharedPage } from "./shared/SharedPage";
import { text } from "./text";
import { FirstWorkspace } from "./workspaces/FirstWorkspace";
import { InvitationCard } from "./workspaces/InvitationCard";
import { Workbench } from "./workspaces/Workbench";

export function App() {
  const userId = useSession((state) => state.session?.user.id);
  const shared = useSharedToken();
  if (shared) return <SharedPage key={shared} token={shared} />;
  return userId ? <SignedIn key={userId} /> : <Entrance />;
}

function SignedIn() {
  const invitation = useInvitation();
  const linked = useLinkedMessage();
  const workspaces = useQuery({ queryKey: keys.workspaces(), queryFn: listWorkspaces });
  useEffect(() => {
    startReading();
    const close = open(attach);
    const stop = catchUpOnReturn();
    const stopChecking = checkNowAndThen();
    const stopSaving = saveWhenHidden();
    return () => {
      stopSaving();
      stopChecking();
      stop();
      close();
    };
  }, []);
  if (invitation) return <InvitationCard token={invitation} />;
  if (linked) return <LinkedMessage key={linked} messageId={linked} />;
  if (workspaces.isPending)
    return (
      <main className="stage" aria-busy="true">
        <p className="quiet">{text.loading}…</p>
      </main>
    );
  // What cannot be fetched anew stays as it is: somebody is at work in it.
  if (workspaces.isLoadingError) {
    return <Unreachable error={workspaces.error} again={() => void workspaces.refetch()} />;
  }
  return workspaces.data.length === 0 ? <FirstWorkspace /> : <Workbench workspaces={workspaces.data} />;
}

function Unreachable({ error, again }: { error: Error; again: () => void }) {
  return (
    <main className="stage">
      <section className="card">
        <p role="alert" className="problem">
          {explain(error)}
        </p>
        <button type="button" className="button button-primary" onClick={again}>
          {text.tryAgain}
        </button>
      </section>
    </main>
  );
}
