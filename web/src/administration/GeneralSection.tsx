/** What a workspace is called, and what its members may and see. */
import { useQuery } from "@tanstack/react-query";

import { type WorkspaceSettings, changeWorkspace, workspaceSettings } from "../api/administration";
import { keys, outdated, queries } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Loaded } from "../ui/Loaded";
import { ProblemLine } from "../ui/ProblemLine";
import { Tick } from "../ui/Tick";
import { notify } from "../ui/notices";
import { usePending } from "../ui/usePending";
import { changesIn, useWritten } from "../ui/useWritten";
import type { SectionProps } from "./SettingsDialog";

export const useSettings = (workspaceId: string) =>
  useQuery({ queryKey: keys.settings(workspaceId), queryFn: () => workspaceSettings(workspaceId) });

export async function decide(workspaceId: string, change: Partial<WorkspaceSettings>): Promise<void> {
  queries.setQueryData(keys.settings(workspaceId), await changeWorkspace(workspaceId, change));
  outdated(keys.workspaces());
  notify(text.administration.saved);
}

export function GeneralSection({ workspace }: SectionProps) {
  return <Loaded query={useSettings(workspace.id)}>{(settings) => <Form settings={settings} />}</Loaded>;
}

function Form({ settings }: { settings: WorkspaceSettings }) {
  const name = useWritten(settings.name);
  const description = useWritten(settings.description ?? "");
  const { isPending, problem, run } = usePending();
  const words = text.administration.general;
  const change = (wanted: Partial<WorkspaceSettings>) => void run(() => decide(settings.id, wanted));
  const save = async () => {
    await decide(settings.id, changesIn({ name, description }));
    name.saved();
    description.saved();
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(save);
      }}
    >
      <Field
        label={words.name}
        required
        maxLength={255}
        value={name.value}
        onChange={(event) => name.write(event.target.value)}
      />
      <Field
        label={words.description}
        maxLength={2000}
        value={description.value}
        onChange={(event) => description.write(event.target.value)}
      />
      <div className="buttons">
        <button
          type="submit"
          className="button button-primary"
          disabled={isPending || !(name.isChanged || description.isChanged) || !name.value.trim()}
        >
          {text.save}
        </button>
      </div>
      <Tick
        label={words.invites}
        checked={settings.allowExternalInvites}
        disabled={isPending}
        onChange={(allowExternalInvites) => change({ allowExternalInvites })}
      />
      <Tick
        label={words.edits}
        checked={settings.membersSeeEdits}
        disabled={isPending}
        onChange={(membersSeeEdits) => change({ membersSeeEdits })}
      />
      <Tick
        label={words.mentions}
        checked={settings.membersMentionEveryone}
        disabled={isPending}
        onChange={(membersMentionEveryone) => change({ membersMentionEveryone })}
      />
      <ProblemLine problem={problem} />
    </form>
  );
}
