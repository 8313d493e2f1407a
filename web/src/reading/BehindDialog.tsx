/** Why a channel's count is what it is: the messages behind it, each a press away. */
import { useQuery } from "@tanstack/react-query";

import { explainUnread } from "../api/reading";
import { listMessages } from "../api/routes";
import { decoded, useNames } from "../mentioning/names";
import { goToMessage } from "../kept/places";
import { keys } from "../live/queries";
import { text } from "../text";
import { Loaded } from "../ui/Loaded";
import { Modal } from "../ui/Modal";
import { nameOf, usePeople } from "../workspaces/people";

interface Props {
  channelId: string;
  workspaceId: string;
  /** What the channel is called. */
  name: string;
  onClose: () => void;
}

const EXCERPT = 120;
/** Older ones are said by their time. */
const NEWEST = 100;

export function BehindDialog({ channelId, workspaceId, name, onClose }: Props) {
  const people = usePeople(workspaceId);
  const names = useNames(workspaceId);
  const told = useQuery({
    queryKey: keys.behind(channelId),
    queryFn: () => explainUnread(channelId),
    staleTime: 0,
    gcTime: 0,
  });
  const words = text.behind;
  // Looking at them here reads nothing.
  const newest = useQuery({
    queryKey: [...keys.behind(channelId), "newest"],
    queryFn: () => listMessages(channelId, { limit: NEWEST }),
  });
  const said = new Map(newest.data?.messages.map((message) => [message.id, message.plainText ?? message.content]));
  const go = (messageId: string) => (onClose(), goToMessage(channelId, messageId));
  return (
    <Modal title={words.title(name)} description={words.explanation} isOpen onClose={onClose} isWide>
      <Loaded query={told}>
        {({ unread, mentions, messages }) => (
          <>
            <p className="field-hint" data-testid="behind-count">
              {unread === 0 ? words.none : words.counts(unread, mentions)}
            </p>
            <ul className="rows rows-tall" aria-label={words.title(name)}>
              {messages.map((message) => (
                <li key={message.id}>
                  <button type="button" className="row behind" data-testid="behind" onClick={() => go(message.id)}>
                    <span className="row-main">
                      <strong className="clip">{nameOf(people, message.userId)}</strong>
                      <small className="clip">
                        {decoded(said.get(message.id) ?? "", names).slice(0, EXCERPT) ||
                          text.moment(new Date(message.createdAt))}
                      </small>
                    </span>
                    {message.why === "mention" && <span className="tag">{words.mention}</span>}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Modal>
  );
}
