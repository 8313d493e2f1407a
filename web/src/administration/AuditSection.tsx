/** What was decided by whom, with filters, page by page. */
import { useCallback, useMemo, useState } from "react";

import {
  type AuditEntry,
  type AuditFilter,
  type Verdict,
  auditAsTable,
  listAudit,
  verifyAudit,
} from "../api/administration";
import { useChannels } from "../channels/listed";
import { keys } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Paged } from "../ui/Paged";
import { ProblemLine } from "../ui/ProblemLine";
import { Select } from "../ui/Select";
import { usePending } from "../ui/usePending";
import { downloadText } from "../ui/download";
import { isDirect, useMembers } from "../workspaces/people";
import type { SectionProps } from "./SettingsDialog";
import { type Names, dayAfter, described, startOf } from "./audit";
import { usePages } from "../live/paging";

const entriesIn = (page: { entries: AuditEntry[] }) => page.entries;

export function AuditSection({ workspace }: SectionProps) {
  const [filter, setFilter] = useState<AuditFilter>({});
  const fetch = useCallback((before?: number) => listAudit(workspace.id, filter, before), [workspace.id, filter]);
  const key = [...keys.audit(workspace.id), JSON.stringify(filter)];
  const pages = usePages(key, fetch, entriesIn, (last) => last.number);
  const names = useNames(workspace.id);
  const words = text.administration.audit;
  return (
    <>
      <p className="quiet">{words.about}</p>
      <Filters workspaceId={workspace.id} filter={filter} onChange={setFilter} />
      <Tools workspaceId={workspace.id} filter={filter} />
      <Paged pages={pages} none={words.none}>
        {(entries) => (
          <ul className="rows" aria-label={text.administration.sections.audit}>
            {entries.map((entry) => (
              <Row key={entry.number} entry={entry} names={names} />
            ))}
          </ul>
        )}
      </Paged>
    </>
  );
}

function useNames(workspaceId: string): Names {
  const members = useMembers(workspaceId);
  const channels = useChannels(workspaceId);
  return useMemo(
    () =>
      new Map([
        ...members.map((member) => [member.userId, member.name] as const),
        ...channels.filter((each) => !isDirect(each)).map((each) => [each.id, `#${each.name}`] as const),
      ]),
    [members, channels],
  );
}

function Row({ entry, names }: { entry: AuditEntry; names: Names }) {
  const words = text.administration.audit;
  const actor = entry.actorId ? (names.get(entry.actorId) ?? text.administration.somebodyGone) : words.retention;
  return (
    <li className="row audit-entry" data-testid="audit-entry" data-action={entry.action}>
      <span className="row-main">
        <strong>{words.actions[entry.action] ?? entry.action}</strong>
        <small>
          {actor} · {text.moment(new Date(entry.at))} · {entry.number}
        </small>
        <small className="audit-details">{described(entry.details, names, words.usual)}</small>
      </span>
    </li>
  );
}

interface FilterProps {
  workspaceId: string;
  filter: AuditFilter;
  onChange: (filter: AuditFilter) => void;
}

function Filters({ workspaceId, filter, onChange }: FilterProps) {
  const members = useMembers(workspaceId);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const words = text.administration.audit;
  const set = (change: AuditFilter) => onChange({ ...filter, ...change });
  return (
    <div className="side-by-side">
      <Select
        label={words.who}
        value={filter.actorId ?? ""}
        options={[["", words.anybody], ...members.map((member) => [member.userId, member.name] as const)]}
        onChange={(actorId) => set({ actorId })}
      />
      <Select
        label={words.what}
        value={filter.action ?? ""}
        options={[["", words.anything], ...Object.entries(words.actions)]}
        onChange={(action) => set({ action })}
      />
      <Field
        label={words.from}
        type="date"
        value={from}
        onChange={(event) => (setFrom(event.target.value), set({ since: startOf(event.target.value) }))}
      />
      <Field
        label={words.to}
        type="date"
        value={to}
        onChange={(event) => (setTo(event.target.value), set({ until: dayAfter(event.target.value) }))}
      />
    </div>
  );
}

function Tools({ workspaceId, filter }: { workspaceId: string; filter: AuditFilter }) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const { isPending, problem, run } = usePending();
  const words = text.administration.audit;
  const keep = async () => downloadText("audit.csv", await auditAsTable(workspaceId, filter), "text/csv");
  return (
    <>
      <div className="buttons">
        {verdict && (
          <span role="status" className="field-hint" data-testid="audit-verdict">
            {verdict.isWhole ? words.whole(verdict.number) : words.broken(verdict.brokenAt ?? 0)}
          </span>
        )}
        <button
          type="button"
          className="button"
          disabled={isPending}
          onClick={() => void run(async () => setVerdict(await verifyAudit(workspaceId)))}
        >
          {words.verify}
        </button>
        <button type="button" className="button" disabled={isPending} onClick={() => void run(keep)}>
          {words.download}
        </button>
      </div>
      <ProblemLine problem={problem} />
    </>
  );
}
