/** The first screen of somebody who belongs nowhere yet. */
import { Mark } from "../session/Entrance";
import { useSession } from "../session/session";
import { signOut } from "../session/signOut";
import { text } from "../text";
import { WorkspaceForm } from "./WorkspaceForm";

export function FirstWorkspace() {
  const name = useSession((state) => state.session?.user.name ?? "");
  return (
    <main className="stage">
      <section className="card" aria-labelledby="first-title">
        <Mark />
        <h1 id="first-title">{text.workspace.firstTitle(name)}</h1>
        <p className="card-lead">{text.workspace.firstBody}</p>
        <WorkspaceForm />
        <p className="card-foot">{text.workspace.firstHint}</p>
        <button type="button" className="link" onClick={() => void signOut()}>
          {text.me.signOut}
        </button>
      </section>
    </main>
  );
}
