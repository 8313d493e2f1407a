/** Names a new workspace and goes there. */
import { useState } from "react";

import { createWorkspace } from "../api/routes";
import type { Workspace } from "../api/types";
import { keys, outdated, queries } from "../live/queries";
import { goTo } from "../location";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";

export function WorkspaceForm({ onDone }: { onDone?: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  async function submit() {
    const workspace = await createWorkspace(name.trim(), description.trim());
    queries.setQueryData<Workspace[]>(keys.workspaces(), (known = []) => [
      ...known,
      { ...workspace, role: workspace.role ?? "owner" },
    ]);
    outdated(keys.workspaces());
    return workspace.id;
  }
  const done = (workspaceId: string) => (goTo(workspaceId), onDone?.());
  return (
    <Form submit={submit} onDone={done} action={text.workspace.create} isReady={name.trim() !== ""} button="large">
      <Field
        label={text.workspace.name}
        placeholder={text.workspace.namePlaceholder}
        required
        maxLength={100}
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={text.workspace.description}
        maxLength={1000}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
    </Form>
  );
}
