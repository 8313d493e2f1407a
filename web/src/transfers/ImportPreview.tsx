/** What an import would bring, with what can be chosen of it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Preview, type Transfer, cancelImport, confirmImport, previewOf } from "../api/transfers";
import { keys, renew } from "../live/queries";
import { text } from "../text";
import { Loaded } from "../ui/Loaded";
import { ProblemLine } from "../ui/ProblemLine";
import { Tick } from "../ui/Tick";
import { usePending } from "../ui/usePending";
import { ChannelTable } from "./ChannelTable";
import { PeopleTable } from "./PeopleTable";
import { type Chosen, choicesOf, colleagues, suggested } from "./choosing";

/** In the order in which they are told. */
const TOTALS = [
  ...["messages", "replies", "edits", "pins", "reactions", "files"],
  ...["channels", "persons", "groups", "emojis"],
] as const;

interface Props {
  workspaceId: string;
  transfer: Transfer;
}

export function ImportPreview({ workspaceId, transfer }: Props) {
  const query = useQuery({
    queryKey: keys.importPreview(transfer.id),
    queryFn: () => previewOf(workspaceId, transfer.id),
    staleTime: Infinity,
  });
  return (
    <Loaded query={query}>
      {(preview) => <Choosing workspaceId={workspaceId} transfer={transfer} preview={preview} />}
    </Loaded>
  );
}

function Choosing({ workspaceId, transfer, preview }: Props & { preview: Preview }) {
  const [chosen, setChosen] = useState<Chosen>(() => suggested(preview));
  const { isPending, problem, run } = usePending();
  const change = (part: Partial<Chosen>) => setChosen((before) => ({ ...before, ...part }));
  const words = text.transfers;
  const act = (work: () => Promise<unknown>) =>
    void run(async () => {
      await work();
      await renew(keys.imports(workspaceId));
    });
  return (
    <div data-testid="import-preview">
      <h3>{words.preview}</h3>
      <Totals preview={preview} />
      <Warnings preview={preview} chosen={chosen} onChange={change} />
      <ChannelTable workspaceId={workspaceId} preview={preview} chosen={chosen} onChange={change} />
      <PeopleTable workspaceId={workspaceId} preview={preview} chosen={chosen} onChange={change} />
      <h4>{words.skipped}</h4>
      <SkippedList skipped={preview.skipped} />
      <ProblemLine problem={problem} />
      <div className="buttons">
        <button
          type="button"
          className="button"
          disabled={isPending}
          onClick={() => act(() => cancelImport(workspaceId, transfer.id))}
        >
          {words.discard}
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={isPending}
          onClick={() => act(() => confirmImport(workspaceId, transfer.id, choicesOf(preview, chosen)))}
        >
          {words.confirm}
        </button>
      </div>
    </div>
  );
}

function Totals({ preview }: { preview: Preview }) {
  const found = TOTALS.map((name) => [name, preview.totals[name] ?? 0] as const).filter(([, count]) => count > 0);
  return <p>{found.map(([name, count]) => text.transfers.totals(name, count)).join(", ")}</p>;
}

interface ChoosingProps {
  preview: Preview;
  chosen: Chosen;
  onChange: (part: Partial<Chosen>) => void;
}

function Warnings({ preview, chosen, onChange }: ChoosingProps) {
  const words = text.transfers;
  const others = colleagues(preview.people);
  return (
    <>
      <ul className="transfer-warnings">
        {preview.warnings.map((warning) => (
          <li key={warning.type}>{words.warnings[warning.type](warning.count, warning.days ?? 0)}</li>
        ))}
      </ul>
      {preview.warnings.some((warning) => warning.type === "retention") && (
        <Tick
          label={words.keepForever}
          hint={words.keepForeverHint}
          checked={chosen.keepForever}
          onChange={(keepForever) => onChange({ keepForever })}
        />
      )}
      {others > 0 && (
        <Tick
          label={words.addColleagues(others)}
          hint={words.addColleaguesHint}
          checked={chosen.addColleagues}
          onChange={(addColleagues) => onChange({ addColleagues })}
        />
      )}
      {preview.source === "nexus" && preview.isEmpty && (
        <Tick
          label={words.takeSettings}
          checked={chosen.takeSettings}
          onChange={(takeSettings) => onChange({ takeSettings })}
        />
      )}
    </>
  );
}

export function SkippedList({ skipped }: { skipped: readonly { reason: string; count: number }[] }) {
  const words = text.transfers;
  if (skipped.length === 0) return <p className="field-hint">{words.nothingSkipped}</p>;
  return (
    <ul className="transfer-skipped" aria-label={words.skipped}>
      {skipped.map(({ reason, count }) => (
        <li key={reason}>
          {words.reasons[reason] ?? reason.replaceAll("_", " ")}: {count.toLocaleString("en")}
        </li>
      ))}
    </ul>
  );
}
