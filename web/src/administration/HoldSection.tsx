/** Legal holds, for owners alone. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Hold, addHold, listHolds, releaseHold } from "../api/administration";
import type { Workspace } from "../api/types";
import { useChannels } from "../channels/listed";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import { Select } from "../ui/Select";
import { after } from "../ui/typing";
import { titleOf, useMembers, useMyId, usePeople } from "../workspaces/people";
import type { SectionProps } from "./SettingsDialog";

export function HoldSection({ workspace }: SectionProps) {
  const query = useQuery({ queryKey: keys.holds(workspace.id), queryFn: () => listHolds(workspace.id) });
  const words = text.administration.holds;
  return (
    <>
      <p className="quiet">{words.about}</p>
      <HoldForm workspace={workspace} />
      <Loaded query={query} none={words.none}>
        {(holds) => (
          <ul className="rows" aria-label={text.administration.sections.holds}>
            {holds.map((hold) => (
              <HoldRow key={hold.id} workspace={workspace} hold={hold} />
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

function HoldRow({ workspace, hold }: { workspace: Workspace; hold: Hold }) {
  const [isReleasing, setReleasing] = useState(false);
  const people = usePeople(workspace.id);
  const channels = useChannels(workspace.id);
  const myId = useMyId();
  const words = text.administration.holds;
  const channel = channels.find((each) => each.id === hold.channelId);
  const what = hold.userId
    ? (people.get(hold.userId)?.name ?? text.administration.somebodyGone)
    : channel
      ? titleOf(channel, people, myId)
      : text.administration.channelGone;
  const release = () =>
    void releaseHold(workspace.id, hold.id).then(() => outdated(keys.holds(workspace.id)), complain);
  return (
    <li className="row" data-testid="hold" data-released={hold.releasedAt ? true : undefined}>
      <span className="row-main">
        <strong className="clip">{hold.name}</strong>
        <small>
          {hold.releasedAt ? words.released(what, new Date(hold.releasedAt)) : words.of(what, new Date(hold.createdAt))}
        </small>
      </span>
      {!hold.releasedAt && (
        <IconButton icon="close" label={words.release(hold.name)} onClick={() => setReleasing(true)} />
      )}
      <Confirm
        title={words.releaseTitle(hold.name)}
        description={words.releaseBody}
        action={words.releaseAction}
        isOpen={isReleasing}
        onClose={() => setReleasing(false)}
        onConfirm={release}
      />
    </li>
  );
}

function HoldForm({ workspace }: { workspace: Workspace }) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<"person" | "channel">("person");
  const [id, setId] = useState("");
  const people = usePeople(workspace.id);
  const members = useMembers(workspace.id);
  const channels = useChannels(workspace.id);
  const myId = useMyId();
  const words = text.administration.holds;
  async function submit() {
    await addHold(workspace.id, { name: name.trim(), ...(kind === "person" ? { userId: id } : { channelId: id }) });
    setName(after(name, ""));
    setId(after(id, ""));
    outdated(keys.holds(workspace.id));
  }
  const options =
    kind === "person"
      ? members.map((member) => [member.userId, member.name] as const)
      : channels.map((channel) => [channel.id, titleOf(channel, people, myId)] as const);
  return (
    <Form submit={submit} action={words.add} isReady={name.trim() !== "" && id !== ""} button="plain">
      <Field
        label={words.name}
        placeholder={words.namePlaceholder}
        required
        maxLength={255}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <div className="side-by-side">
        <Select
          label={words.covers}
          value={kind}
          options={[
            ["person", words.person],
            ["channel", words.channel],
          ]}
          onChange={(value) => (setKind(value as "person" | "channel"), setId(""))}
        />
        <Select
          label={kind === "person" ? words.who : words.where}
          value={id}
          options={[["", ""], ...options]}
          onChange={setId}
        />
      </div>
    </Form>
  );
}
