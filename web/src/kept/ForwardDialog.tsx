/** Passes a message on to another conversation. */
import { useState } from "react";

import { forwardMessage } from "../api/kept";
import type { Message } from "../api/types";
import { ChannelSign } from "../channels/ChannelLink";
import { useChannels } from "../channels/listed";
import { hear } from "../conversation/conversations";
import { newIdentifier } from "../identifier";
import { usePlace } from "../location";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";
import { notify } from "../ui/notices";
import { titleOf, useMyId, usePeople } from "../workspaces/people";

export function ForwardDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const { workspaceId = "" } = usePlace();
  const [search, setSearch] = useState("");
  const [channelId, setChannelId] = useState("");
  const [comment, setComment] = useState("");
  const [clientMessageId] = useState(newIdentifier);
  const titles = useTitles(workspaceId);
  const words = text.kept;
  const wanted = search.trim().toLowerCase();
  async function submit() {
    hear(await forwardMessage(message.id, channelId, comment.trim(), clientMessageId));
    notify(words.forwardedDone);
  }
  return (
    <Modal title={words.forwardTitle} isOpen onClose={onClose} isWide>
      <Form
        submit={submit}
        onDone={onClose}
        action={words.forwardSend}
        isReady={channelId !== ""}
        onCancel={onClose}
      >
        <Field label={words.forwardSearch} type="search" value={search} onChange={(e) => setSearch(e.target.value)} />
        <fieldset className="rows rows-tall" aria-label={words.forwardTo}>
          {titles
            .filter(({ title }) => title.toLowerCase().includes(wanted))
            .map(({ channel, title }) => (
              <label key={channel.id} className="row row-choice">
                <input
                  type="radio"
                  name="target"
                  checked={channel.id === channelId}
                  onChange={() => setChannelId(channel.id)}
                />
                <ChannelSign channel={channel} />
                <span className="row-main clip">{title}</span>
              </label>
            ))}
        </fieldset>
        <Field label={words.comment} value={comment} onChange={(event) => setComment(event.target.value)} />
      </Form>
    </Modal>
  );
}

function useTitles(workspaceId: string) {
  const people = usePeople(workspaceId);
  const myId = useMyId();
  return useChannels(workspaceId)
    .filter((channel) => channel.isMember && !channel.isArchived)
    .map((channel) => ({ channel, title: titleOf(channel, people, myId) }))
    .sort((a, b) => a.title.localeCompare(b.title));
}
