/** What came of an import. */
import { type Transfer, listSkipped } from "../api/transfers";
import { text } from "../text";
import { ProblemLine } from "../ui/ProblemLine";
import { usePending } from "../ui/usePending";
import { downloadText } from "../ui/download";
import { SkippedList } from "./ImportPreview";

interface Props {
  workspaceId: string;
  transfer: Transfer;
  onAnother: () => void;
}

const CELL = (value: string) => `"${value.replaceAll('"', '""')}"`;

export function ImportReport({ workspaceId, transfer, onAnother }: Props) {
  const { isPending, problem, run } = usePending();
  const words = text.transfers;
  const skipped = Object.entries(transfer.report?.skipped ?? {}).map(([reason, count]) => ({ reason, count }));
  const keep = () =>
    run(async () => {
      const rows = await listSkipped(workspaceId, transfer.id);
      const lines = rows.map(({ reason, what }) => `${CELL(words.reasons[reason] ?? reason)},${CELL(what)}`);
      downloadText("left-out.csv", ["reason,what", ...lines].join("\r\n"), "text/csv");
    });
  return (
    <div data-testid="import-report">
      <p role="status">
        <strong>{titleOf(transfer)}</strong>
      </p>
      {transfer.failure && <p className="problem">{transfer.failure}</p>}
      <ul aria-label={words.imports}>
        {Object.entries(words.report).map(([name, say]) => {
          const count = transfer.report?.[name];
          return typeof count === "number" && count > 0 ? <li key={name}>{say(count)}</li> : null;
        })}
      </ul>
      {transfer.report && (
        <>
          <h4>{words.skipped}</h4>
          <SkippedList skipped={skipped} />
        </>
      )}
      <ProblemLine problem={problem} />
      <div className="buttons">
        {skipped.length > 0 && (
          <button type="button" className="button" disabled={isPending} onClick={() => void keep()}>
            {words.download}
          </button>
        )}
        <button type="button" className="button button-primary" onClick={onAnother}>
          {words.again}
        </button>
      </div>
    </div>
  );
}

function titleOf({ state, name }: Transfer): string {
  if (state === "done") return text.transfers.done(name);
  return state === "cancelled" ? text.transfers.cancelled(name) : text.transfers.failed(name);
}
