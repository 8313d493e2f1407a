/** Names a new workspace and goes there. */
import { useState } from "react";

import { createWorkspace } from "../api/routes";
import type { Workspace } from "../api/types";
import { keys, outdated, queries } from "../live/queries";
import { goTo } from "../location";
import { text } from "../text";
import { Field } from "../ui/Field";
import { usePending } from "../ui/usePending";

export function WorkspaceForm({ onDone }: { onDone?: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const { isPending, problem, run } = usePending();
  async function submit() {
    const workspace = await createWorkspace(name.trim(), description.trim());
    queries.setQueryData<Workspace[]>(keys.workspaces(), (known = []) => [
      ...known,
      { ...workspace, role: workspace.role ?? "owner" },
    ]);
    outdated(keys.workspaces());
    goTo(workspace.id);
    onDone?.();
  }
  return (
    <form className="form" onSubmit={(event) => (event.preventDefault(), void run(submit))}>
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
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      <button type="submit" className="button button-primary button-large" disabled={isPending || !name.trim()}>
        {text.workspace.create}
      </button>
    </form>
  );
}
