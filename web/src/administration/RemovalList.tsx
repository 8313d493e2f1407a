/** Signed reports of what retention removed. */
import { useCallback, useState } from "react";

import { type RetentionReport, listRetentionReports, retentionReport } from "../api/administration";
import { keys } from "../live/queries";
import { text } from "../text";
import { Paged } from "../ui/Paged";
import { ProblemLine } from "../ui/ProblemLine";
import { usePending } from "../ui/usePending";
import { downloadText } from "../ui/download";
import { usePages } from "../live/paging";
import { type Verdict, verify } from "./retention";

const reportsIn = (page: { reports: RetentionReport[] }) => page.reports;

export function RemovalList({ workspaceId }: { workspaceId: string }) {
  const fetch = useCallback((before?: string) => listRetentionReports(workspaceId, before), [workspaceId]);
  const pages = usePages(keys.removals(workspaceId), fetch, reportsIn, (last) => last.id);
  const words = text.administration.retention;
  const publicKey = pages.query.data?.pages[0]?.publicKey ?? "";
  return (
    <>
      <Paged pages={pages} none={words.noReports}>
        {(entries) => (
          <ul className="rows" aria-label={words.reports}>
            {entries.map((report) => (
              <Row key={report.id} workspaceId={workspaceId} report={report} publicKey={publicKey} />
            ))}
          </ul>
        )}
      </Paged>
      {pages.entries.length > 0 && (
        <p className="field-hint">
          {words.key}: <code>{publicKey}</code>
        </p>
      )}
    </>
  );
}

function Row({ workspaceId, report, publicKey }: { workspaceId: string; report: RetentionReport; publicKey: string }) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const { isPending, problem, run } = usePending();
  const words = text.administration.retention;
  const check = async () => setVerdict(await verify(await retentionReport(workspaceId, report.id), publicKey));
  const keep = async () =>
    downloadText(`removed-${report.id}.jsonl`, await retentionReport(workspaceId, report.id), "application/jsonl");
  return (
    <li className="row" data-testid="removal-report">
      <span className="row-main">
        <strong>{words.report(report.messages, new Date(report.closedAt))}</strong>
        {verdict && (
          <small role="status" data-testid="verdict" data-verdict={verdict}>
            {words[verdict]}
          </small>
        )}
        <ProblemLine problem={problem} />
      </span>
      <button type="button" className="button" disabled={isPending} onClick={() => void run(check)}>
        {words.verify}
      </button>
      <button type="button" className="button" disabled={isPending} onClick={() => void run(keep)}>
        {words.download}
      </button>
    </li>
  );
}
