/** The messages of a channel, oldest first, with what is still on its way at the end. */
import { Fragment, useEffect, useMemo, useRef, useState } from "react";

import type { ListedChannel, Workspace } from "../api/types";
import { SeenLine } from "../reading/SeenLine";
import { seenOf, useReceipts } from "../reading/receipts";
import { useReading } from "../reading/unread";
import { useSeen } from "../reading/useSeen";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { useMembers, useMyId, usePeople } from "../workspaces/people";
import { isAdmin } from "../workspaces/roles";
import { isInChannel } from "../threads/thread";
import { goOnToThread } from "../threads/places";
import { Beginning } from "./Beginning";
import { Divider } from "./Divider";
import { DraftRow } from "./DraftRow";
import { Excerpt } from "./Excerpt";
import { MessageRow } from "./MessageRow";
import { useConversations } from "./conversations";
import { loadNewest, loadOlder, refresh } from "./history";
import { arrange } from "./lines";
import { draftsIn } from "./outbox";
import { useMine } from "./pace";
import { EMPTY, type Timeline } from "./timeline";
import { useScroll } from "./useScroll";

interface Props {
  channel: ListedChannel;
  workspace: Workspace;
  name: string;
  /** Where a link led. */
  targetId: string | undefined;
}

const NEAR_TOP_PX = 400;
const NOTHING = { after: 0, until: 0 };

export function MessageList(props: Props) {
  const { channel, workspace, targetId } = props;
  const isElsewhere = useConversations((state) => {
    const timeline = state.timelines[channel.id];
    return timeline?.isLoaded && !timeline.messages.some((message) => message.id === targetId);
  });
  if (targetId && isElsewhere)
    return <Excerpt key={targetId} channel={channel} workspace={workspace} messageId={targetId} />;
  return <Newest {...props} />;
}

function Newest({ channel, workspace, name, targetId }: Props) {
  const timeline = useShown(channel.id);
  const outbox = useConversations((state) => state.outbox);
  const drafts = useMemo(() => draftsIn(outbox, channel.id), [outbox, channel.id]);
  const messages = useMemo(() => timeline.messages.filter(isInChannel), [timeline.messages]);
  const people = usePeople(workspace.id);
  const isAlone = useMembers(workspace.id).length === 1;
  const myId = useMyId();
  const mine = useMine(channel);
  const unseen = useReading((state) => state.lines[channel.id] ?? NOTHING);
  const { hasFailed, open } = useOpening(channel.id);
  const receipts = useReceipts(channel);
  const seen = useMemo(() => seenOf(messages, receipts, myId), [messages, receipts, myId]);
  const lines = useMemo(() => arrange(messages, unseen, myId), [messages, unseen, myId]);
  const { box, inside, onScroll, isAtEnd, hasUnseen, toEnd, toMessage } = useScroll(messages, drafts.length, myId);
  const look = useSeen(channel.id, messages.at(-1)?.seq ?? 0, isAtEnd);
  const target = timeline.messages.find((message) => message.id === targetId);
  const isReply = target !== undefined && !isInChannel(target);
  useEffect(() => {
    if (target && isReply) goOnToThread(target);
    else if (target) toMessage(target.id);
    // The target is the same whatever becomes of its message.
  }, [target?.id, isReply, toMessage]);
  const older = () => void loadOlder(channel.id).catch(() => undefined);
  // A page may hold replies alone, which are not shown here: nobody could scroll for more.
  useEffect(() => {
    if (timeline.hasOlder && box.current && box.current.scrollHeight <= box.current.clientHeight) older();
  }, [timeline.messages[0]?.id, timeline.hasOlder]);
  const isAtStart = timeline.isLoaded && !timeline.hasOlder;
  return (
    <div className="messages-place">
      <div
        ref={box}
        className="messages"
        role="log"
        aria-label={text.conversation.messages(name)}
        aria-busy={!timeline.isLoaded}
        data-testid="message-list"
        tabIndex={0}
        onScroll={(event) => {
          onScroll();
          look();
          if (event.currentTarget.scrollTop < NEAR_TOP_PX) older();
        }}
      >
        <div ref={inside} className="messages-inside">
          {hasFailed && !timeline.isLoaded && <Failed again={open} />}
          {!timeline.isLoaded && !hasFailed && <p className="quiet">{text.loading}…</p>}
          {timeline.hasOlder && <p className="quiet">{text.conversation.older}</p>}
          {isAtStart && (
            <Beginning
              channel={channel}
              name={name}
              isEmpty={lines.length === 0 && drafts.length === 0}
              isAlone={isAlone}
            />
          )}
          {lines.map((line) => (
            <Fragment key={line.message.id}>
              {line.startsDay && <Divider label={text.day(new Date(line.message.createdAt), new Date())} />}
              {line.startsNew && <Divider label={text.conversation.new} isNew />}
              <MessageRow
                message={line.message}
                startsGroup={line.startsGroup}
                author={people.get(line.message.userId)}
                people={people}
                myId={myId}
                mayModerate={isAdmin(workspace.role)}
                mine={mine}
                isReadOnly={channel.isArchived}
                isTarget={line.message.id === targetId}
              />
              {line.message.id === seen?.messageId && <SeenLine seen={seen} channel={channel} people={people} />}
            </Fragment>
          ))}
          {drafts.map((draft) => (
            <DraftRow key={draft.clientMessageId} draft={draft} />
          ))}
        </div>
      </div>
      {hasUnseen && (
        <button type="button" className="to-newest" aria-label={text.conversation.toNewest} onClick={toEnd}>
          <Icon name="down" size={14} /> {text.conversation.newMessages}
        </button>
      )}
    </div>
  );
}

/** What is loaded anew is shown as it was until that has come: somebody may be changing a message of it. */
function useShown(channelId: string): Timeline {
  const timeline = useConversations((state) => state.timelines[channelId] ?? EMPTY);
  const shown = useRef(timeline);
  if (timeline.isLoaded || !shown.current.isLoaded) shown.current = timeline;
  return shown.current;
}

function useOpening(channelId: string) {
  const [hasFailed, setFailed] = useState(false);
  const open = () => {
    setFailed(false);
    const isHeld = useConversations.getState().timelines[channelId]?.isLoaded;
    (isHeld ? refresh(channelId) : loadNewest(channelId)).catch(() => setFailed(true));
  };
  useEffect(open, [channelId]);
  return { hasFailed, open };
}

function Failed({ again }: { again: () => void }) {
  return (
    <div className="beginning" role="alert">
      <p>{text.conversation.failedToLoad}</p>
      <button type="button" className="button" onClick={again}>
        {text.tryAgain}
      </button>
    </div>
  );
}
