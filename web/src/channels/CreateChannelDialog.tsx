/** A new public or private channel. */
import { useState } from "react";

import { createChannel } from "../api/routes";
import type { Channel, ListedChannel, Workspace } from "../api/types";
import { keys, outdated, queries } from "../live/queries";
import { goTo } from "../location";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function CreateChannelDialog(props: Props) {
  return (
    <Modal title={text.channels.add} isOpen={props.isOpen} onClose={props.onClose}>
      <CreateChannelForm {...props} />
    </Modal>
  );
}

function CreateChannelForm({ workspace, onClose }: Props) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [type, setType] = useState<"public" | "private">("public");
  const words = text.channels;
  async function submit() {
    const channel = await createChannel(workspace.id, name.trim(), description.trim(), type);
    listOwn(channel);
    return channel;
  }
  return (
    <Form
      submit={submit}
      onDone={(channel) => (goToChannel(channel), onClose())}
      action={words.create}
      isReady={name.trim() !== ""}
    >
      <Field
        label={words.name}
        placeholder={words.namePlaceholder}
        required
        maxLength={80}
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={words.description}
        maxLength={1000}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <fieldset className="choices">
        <legend>{words.visibility}</legend>
        <Choice name="public" hint={words.publicHint} chosen={type} onChoose={setType} />
        <Choice name="private" hint={words.privateHint} chosen={type} onChoose={setType} />
      </fieldset>
    </Form>
  );
}

interface ChoiceProps {
  name: "public" | "private";
  hint: string;
  chosen: string;
  onChoose: (name: "public" | "private") => void;
}

function Choice({ name, hint, chosen, onChoose }: ChoiceProps) {
  return (
    <label className="choice">
      <input
        type="radio"
        name="visibility"
        aria-label={text.channels[name]}
        checked={chosen === name}
        onChange={() => onChoose(name)}
      />
      <span>
        <strong>{text.channels[name]}</strong>
        <small>{hint}</small>
      </span>
    </label>
  );
}

/** Lists a channel one has just made or joined, before the list is fetched again. */
export function listOwn(channel: Channel): void {
  queries.setQueryData<ListedChannel[]>(keys.channels(channel.workspaceId), (known = []) => {
    const others = known.filter((entry) => entry.id !== channel.id);
    const listed = known.find((entry) => entry.id === channel.id);
    return [...others, { ...channel, lastSeq: listed?.lastSeq ?? 0, isMember: true }];
  });
  outdated(keys.channels(channel.workspaceId));
}

export const goToChannel = ({ workspaceId, id }: Channel) => goTo(workspaceId, id);
