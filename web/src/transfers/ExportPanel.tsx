/** Exports of a workspace: a new one with what it is to hold, and those that can be fetched. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { listHolds } from "../api/administration";
import { type Transfer, beginExport, fetchExport, listExports, removeExport } from "../api/transfers";
import { keys, renew } from "../live/queries";
import { text } from "../text";
import { ProblemLine } from "../ui/ProblemLine";
import { Select } from "../ui/Select";
import { Tick } from "../ui/Tick";
import { download } from "../ui/download";
import { usePending } from "../ui/usePending";
import { Progress } from "./Progress";

const LOOK_EVERY_MS = 1_500;

export function ExportPanel({ workspaceId }: { workspaceId: string }) {
  const query = useQuery({
    queryKey: keys.exports(workspaceId),
    queryFn: () => listExports(workspaceId),
    refetchInterval: ({ state }) => (state.data?.[0]?.state === "running" ? LOOK_EVERY_MS : false),
  });
  const exports = query.data ?? [];
  const running = exports.find((each) => each.state === "running");
  const words = text.transfers;
  return (
    <>
      <p className="field-hint">{words.exportAbout}</p>
      {running ? (
        <Progress label={words.exporting} done={running.progress} all={running.total} />
      ) : (
        <NewExport workspaceId={workspaceId} />
      )}
      {query.isSuccess && exports.length === 0 && <p className="quiet">{words.noExports}</p>}
      <ul className="rows" aria-label={words.exports}>
        {exports.map((each) => (
          <Row key={each.id} workspaceId={workspaceId} transfer={each} />
        ))}
      </ul>
    </>
  );
}

function NewExport({ workspaceId }: { workspaceId: string }) {
  const [includePrivate, setIncludePrivate] = useState(false);
  const [holdId, setHoldId] = useState("");
  const holds = useQuery({ queryKey: keys.holds(workspaceId), queryFn: () => listHolds(workspaceId) }).data ?? [];
  const { isPending, problem, run } = usePending();
  const words = text.transfers;
  const begin = () =>
    run(async () => {
      await beginExport(workspaceId, { includePrivate, ...(holdId ? { holdId } : {}) });
      await renew(keys.exports(workspaceId));
    });
  return (
    <>
      {holds.length > 0 && (
        <Select
          label={words.hold}
          value={holdId}
          options={[["", words.whole], ...holds.map((hold) => [hold.id, words.heldBy(hold.name)] as const)]}
          onChange={setHoldId}
        />
      )}
      {!holdId && (
        <Tick
          label={words.includePrivate}
          hint={words.includePrivateHint}
          checked={includePrivate}
          onChange={setIncludePrivate}
        />
      )}
      <ProblemLine problem={problem} />
      <div className="buttons">
        <button type="button" className="button button-primary" disabled={isPending} onClick={() => void begin()}>
          {words.export}
        </button>
      </div>
    </>
  );
}

function Row({ workspaceId, transfer }: { workspaceId: string; transfer: Transfer }) {
  const { isPending, problem, run } = usePending();
  const words = text.transfers;
  const fetch = () => run(async () => download("workspace.zip", await fetchExport(workspaceId, transfer.id)));
  const remove = () =>
    run(async () => {
      await removeExport(workspaceId, transfer.id);
      await renew(keys.exports(workspaceId));
    });
  return (
    <li className="row" data-testid="export">
      <span className="row-main">
        <strong>{words.exported(transfer.createdAt, transfer.size)}</strong>
        <small>
          {transfer.state === "done" ? words.until(transfer.expiresAt) : words.states[transfer.state]}
          {transfer.failure && `: ${transfer.failure}`}
        </small>
        <ProblemLine problem={problem} />
      </span>
      {transfer.state === "done" && (
        <button type="button" className="button" disabled={isPending} onClick={() => void fetch()}>
          {words.fetch}
        </button>
      )}
      {(transfer.state === "done" || transfer.state === "running") && (
        <button type="button" className="button" disabled={isPending} onClick={() => void remove()}>
          {transfer.state === "done" ? words.remove : words.cancel}
        </button>
      )}
    </li>
  );
}
