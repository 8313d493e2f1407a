/** A message not yet known to be stored. */
import { channelOf } from "../kept/places";
import { useConnection } from "../live/connection";
import { useSession } from "../session/session";
import { Files } from "../files/Files";
import { Gifs } from "../gifs/GifPicture";
import { text } from "../text";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { usePeople } from "../workspaces/people";
import { Content } from "./Content";
import { changeOutbox } from "./conversations";
import { type Draft, discard } from "./outbox";
import { sendAgain } from "./sending";

export function DraftRow({ draft }: { draft: Draft }) {
  const user = useSession((state) => state.session?.user);
  const isConnected = useConnection((state) => state.connection === "connected");
  const people = usePeople(channelOf(draft.channelId)?.workspaceId ?? "");
  const words = text.conversation;
  const state = isConnected ? words.sending : words.waiting;
  return (
    <article
      className="message message-first message-draft"
      data-testid="draft"
      data-state={draft.state}
      aria-label={user?.name}
    >
      <div className="message-side">{user && <Face id={user.id} name={user.name} avatarUrl={user.avatarUrl} />}</div>
      <div className="message-main">
        <header>
          <strong>{user?.name}</strong>
          {draft.state === "pending" && <span className="message-state">{state}</span>}
        </header>
        {draft.content && <Content content={draft.content} people={people} />}
        <Gifs attachments={draft.attachments} />
        <Files attachments={draft.attachments} />
        {draft.state === "failed" && (
          <p className="message-failed" role="alert">
            {draft.audience ? text.sending.confirm(draft.audience) : words.failed(draft.reason ?? "")}
            <button type="button" className="link" onClick={() => sendAgain(draft)}>
              <Icon name="retry" size={13} /> {draft.audience ? text.sending.sendAnyway : text.tryAgain}
            </button>
            <button
              type="button"
              className="link"
              onClick={() => changeOutbox((outbox) => discard(outbox, draft.clientMessageId))}
            >
              {words.discard}
            </button>
          </p>
        )}
      </div>
    </article>
  );
}
