/** How long one channel's messages are kept. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { DaysField } from "../administration/DaysField";
import { useSettings } from "../administration/GeneralSection";
import { isShorter } from "../administration/retention";
import { type Retention, changeChannelRetention, channelRetention } from "../api/administration";
import { keys, queries } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Loaded } from "../ui/Loaded";
import { notify } from "../ui/notices";
import { ProblemLine } from "../ui/ProblemLine";
import { Select } from "../ui/Select";
import { usePending } from "../ui/usePending";
import { useWritten } from "../ui/useWritten";

const USUAL_DAYS = 365;

export function ChannelRetention({ channelId, workspaceId }: { channelId: string; workspaceId: string }) {
  const query = useQuery({ queryKey: keys.retention(channelId), queryFn: () => channelRetention(channelId) });
  const general = useSettings(workspaceId).data?.retentionDays ?? USUAL_DAYS;
  return (
    <Loaded query={query}>
      {(retention) => <Form channelId={channelId} known={retention} general={general} />}
    </Loaded>
  );
}

type Kind = "workspace" | "ever" | "days";

const kindOf = (days: number | null): Kind => (days === null ? "workspace" : days === 0 ? "ever" : "days");

function Form({ channelId, known, general }: { channelId: string; known: Retention; general: number }) {
  const { value: kind, ...kinds } = useWritten<Kind>(kindOf(known.days));
  const { value: days, ...numbers } = useWritten(known.days || USUAL_DAYS);
  const [isAsking, setAsking] = useState(false);
  const { isPending, problem, run } = usePending();
  const words = text.administration.retention;
  const wanted = kind === "workspace" ? null : kind === "ever" ? 0 : days;
  const save = () =>
    void run(async () => {
      queries.setQueryData(keys.retention(channelId), await changeChannelRetention(channelId, wanted));
      kinds.saved();
      numbers.saved();
      notify(text.administration.saved);
    });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isShorter(wanted ?? general, known.effectiveDays)) setAsking(true);
        else save();
      }}
    >
      <Select
        label={words.channel}
        value={kind}
        hint={words.inForce(known.effectiveDays)}
        options={[
          ["workspace", words.asWorkspace(general)],
          ["ever", words.forEver],
          ["days", words.ownDays],
        ]}
        onChange={(value) => kinds.write(value as Kind)}
      />
      {kind === "days" && <DaysField label={words.days} days={days} onChange={numbers.write} />}
      <ProblemLine problem={problem} />
      <div className="buttons">
        <button type="submit" className="button" disabled={isPending || wanted === known.days}>
          {text.save}
        </button>
      </div>
      <Confirm
        title={words.lessTitle}
        description={words.less(wanted ?? general)}
        action={words.lessAction}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={save}
      />
    </form>
  );
}
