/** How long messages are kept, and what was removed. */
import { useState } from "react";

import type { WorkspaceSettings } from "../api/administration";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Loaded } from "../ui/Loaded";
import { ProblemLine } from "../ui/ProblemLine";
import { Tick } from "../ui/Tick";
import { usePending } from "../ui/usePending";
import { useWritten } from "../ui/useWritten";
import { DaysField } from "./DaysField";
import { decide, useSettings } from "./GeneralSection";
import { RemovalList } from "./RemovalList";
import type { SectionProps } from "./SettingsDialog";
import { isShorter } from "./retention";

export function RetentionSection({ workspace }: SectionProps) {
  const words = text.administration.retention;
  return (
    <>
      <Loaded query={useSettings(workspace.id)}>{(settings) => <Form settings={settings} />}</Loaded>
      <h3>{words.reports}</h3>
      <RemovalList workspaceId={workspace.id} />
    </>
  );
}

function Form({ settings }: { settings: WorkspaceSettings }) {
  const days = useWritten(settings.retentionDays);
  const [isAsking, setAsking] = useState(false);
  const { isPending, problem, run } = usePending();
  const words = text.administration.retention;
  const save = () => void run(() => decide(settings.id, { retentionDays: days.value }).then(days.saved));
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isShorter(days.value, settings.retentionDays)) setAsking(true);
        else save();
      }}
    >
      <p className="quiet">{words.about}</p>
      <DaysField label={words.days} days={days.value} onChange={days.write}>
        <button type="submit" className="button" disabled={isPending || !days.isChanged}>
          {text.save}
        </button>
      </DaysField>
      <Tick
        label={words.spares}
        checked={settings.retentionSparesPins}
        disabled={isPending}
        onChange={(retentionSparesPins) => void run(() => decide(settings.id, { retentionSparesPins }))}
      />
      <ProblemLine problem={problem} />
      <Confirm
        title={words.lessTitle}
        description={words.less(days.value)}
        action={words.lessAction}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={save}
      />
    </form>
  );
}
