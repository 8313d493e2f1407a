/** Messages that people brought to the moderators' notice. */
import { useCallback } from "react";

import { type Report, hideMessage, listReports, resolveReport } from "../api/administration";
import type { Workspace } from "../api/types";
import { goToMessage, useTitleOf } from "../kept/places";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Paged } from "../ui/Paged";
import { ProblemLine } from "../ui/ProblemLine";
import { usePending } from "../ui/usePending";
import { usePeople } from "../workspaces/people";
import { usePages } from "../live/paging";

interface Props {
  workspace: Workspace;
  state: "open" | "resolved";
  onLeave: () => void;
}

const reportsIn = (page: { reports: Report[] }) => page.reports;

export function ReportList({ workspace, state, onLeave }: Props) {
  const fetch = useCallback((before?: string) => listReports(workspace.id, state, before), [workspace.id, state]);
  const pages = usePages([...keys.reports(workspace.id), state], fetch, reportsIn, (last) => last.id);
  const words = text.administration.moderation;
  return (
    <Paged pages={pages} none={state === "open" ? words.noneOpen : words.noneResolved}>
      {(entries) => (
        <ul className="reports" aria-label={words.reports}>
          {entries.map((report) => (
            <ReportRow key={report.id} workspace={workspace} report={report} onLeave={onLeave} />
          ))}
        </ul>
      )}
    </Paged>
  );
}

function ReportRow({ workspace, report, onLeave }: Omit<Props, "state"> & { report: Report }) {
  const people = usePeople(workspace.id);
  const title = useTitleOf(report.channelId);
  const { isPending, problem, run } = usePending();
  const words = text.administration.moderation;
  const { message } = report;
  const nameOf = (id: string) => people.get(id)?.name ?? text.administration.somebodyGone;
  const attempt = (work: () => Promise<unknown>) =>
    void run(async () => {
      await work();
      outdated(keys.reports(workspace.id));
    });
  const resolve = (resolution: "acted" | "dismissed", hide: boolean) =>
    attempt(() => resolveReport(workspace.id, report.id, resolution, hide));
  return (
    <li className="report" data-testid="report">
      <header>
        <strong className="clip">{words.in(nameOf(message.authorId), title || text.administration.channelGone)}</strong>
        {message.isHidden && <span className="tag">{words.isHidden}</span>}
        {title && !message.isDeleted && (
          <IconButton
            icon="chevron"
            label={words.goTo}
            onClick={() => (goToMessage(report.channelId, report.messageId), onLeave())}
          />
        )}
      </header>
      <blockquote className="report-message">
        {message.isDeleted ? <em>{words.deleted}</em> : message.content || <em>{words.empty}</em>}
      </blockquote>
      <p>{report.reason}</p>
      <small>{words.by(nameOf(report.reportedBy), new Date(report.createdAt))}</small>
      {report.resolution ? (
        <small>
          {words.resolvedBy(
            words.outcome[report.resolution],
            nameOf(report.resolvedBy ?? ""),
            new Date(report.resolvedAt ?? report.createdAt),
          )}
        </small>
      ) : (
        <div className="buttons">
          {!message.isDeleted && !message.isHidden && (
            <button
              type="button"
              className="button button-danger"
              disabled={isPending}
              onClick={() => resolve("acted", true)}
            >
              {words.hideAndResolve}
            </button>
          )}
          <button type="button" className="button" disabled={isPending} onClick={() => resolve("acted", false)}>
            {words.acted}
          </button>
          <button type="button" className="button" disabled={isPending} onClick={() => resolve("dismissed", false)}>
            {words.dismiss}
          </button>
        </div>
      )}
      {report.resolution && !message.isDeleted && (
        <div className="buttons">
          <button
            type="button"
            className="button"
            disabled={isPending}
            onClick={() => attempt(() => hideMessage(report.messageId, !message.isHidden))}
          >
            {message.isHidden ? words.show : words.hide}
          </button>
        </div>
      )}
      <ProblemLine problem={problem} />
    </li>
  );
}
