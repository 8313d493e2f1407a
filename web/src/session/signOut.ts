/** Leaves this browser as it was found. */
import { logout } from "../api/routes";
import { forgetAllConversations } from "../conversation/conversations";
import { forgetUploads } from "../files/uploads";
import { forgetDrafts } from "../kept/drafts";
import { queries } from "../live/queries";
import { usePresence } from "../presence/presence";
import { forgetEphemerals } from "../programs/ephemeral";
import { forget, useSession } from "./session";

export async function signOut(): Promise<void> {
  await logout().catch(() => undefined);
  forget();
}

/** Nothing of the last person may be shown to the next, also when the change was made in another tab. */
export function forgetOnChangeOfPerson(): void {
  useSession.subscribe((state, before) => {
    if (!before.session || state.session?.user.id === before.session.user.id) return;
    forgetAllConversations();
    forgetUploads();
    forgetDrafts();
    forgetEphemerals();
    queries.clear();
    usePresence.setState({ statuses: {} });
  });
}
