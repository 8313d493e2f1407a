/** Makes a group, or changes one. */
import { useState } from "react";

import { type Group, type GroupWords, changeGroup, createGroup } from "../api/emoji";
import { PeoplePicker } from "../channels/PeoplePicker";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { differing, isSameSet, rebased } from "../ui/typing";
import { useMembers } from "../workspaces/people";
import { useGroups } from "./groups";

const MOST_MEMBERS = 500;

interface Props {
  workspaceId: string;
  /** Null: a new one. */
  group: Group | null;
  onDone: () => void;
}

export function GroupForm({ workspaceId, group, onDone }: Props) {
  const [name, setName] = useState(group?.name ?? "");
  const [description, setDescription] = useState(group?.description ?? "");
  const [members, setMembers] = useState<readonly string[]>(group?.memberIds ?? []);
  const people = useMembers(workspaceId);
  const now = useGroups(workspaceId).find(({ id }) => id === group?.id);
  const words = text.groups;
  /** Whom others added or removed meanwhile stays so. */
  function changesTo({ name, description, memberIds }: Group, wanted: GroupWords): Partial<GroupWords> {
    const isAsBefore = isSameSet(wanted.members, memberIds);
    const members = isAsBefore ? {} : { members: rebased(memberIds, wanted.members, now?.memberIds ?? memberIds) };
    return { ...differing({ name: wanted.name, description: wanted.description }, { name, description }), ...members };
  }
  async function submit() {
    const wanted = { name: name.trim(), description: description.trim(), members: [...members] };
    await (group ? changeGroup(workspaceId, group.id, changesTo(group, wanted)) : createGroup(workspaceId, wanted));
    outdated(keys.groups(workspaceId));
  }
  return (
    <Form submit={submit} onDone={onDone} action={text.save} isReady={name.trim() !== ""} onCancel={onDone}>
      <Field
        label={words.name}
        hint={words.nameHint}
        required
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={words.description}
        maxLength={2_000}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <PeoplePicker
        people={people}
        chosen={members}
        limit={MOST_MEMBERS}
        none={text.direct.alone}
        onChange={setMembers}
      />
    </Form>
  );
}
