/** An import, wherever it is on its way: a file to choose, what would come, how far it is, what came. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Transfer, beginImport, cancelImport, listImports } from "../api/transfers";
import { keys, outdated, renew } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { ProblemLine } from "../ui/ProblemLine";
import { usePending } from "../ui/usePending";
import { FileForm } from "./FileForm";
import { ImportPreview } from "./ImportPreview";
import { ImportReport } from "./ImportReport";
import { Progress } from "./Progress";
import { upload, useUploads } from "./uploading";

const LOOK_EVERY_MS = 1_500;
const UNDER_WAY: readonly Transfer["state"][] = ["uploading", "reading", "running"];

export function ImportPanel({ workspaceId }: { workspaceId: string }) {
  const query = useQuery({
    queryKey: keys.imports(workspaceId),
    queryFn: () => listImports(workspaceId),
    refetchInterval: ({ state }) => (UNDER_WAY.includes(state.data?.[0]?.state ?? "done") ? LOOK_EVERY_MS : false),
  });
  const [isAnother, setAnother] = useState(false);
  const newest = query.data?.[0];
  if (query.isPending) return <p className="quiet">{text.loading}…</p>;
  if (query.isLoadingError) return <ProblemLine problem={text.problems.unreachable} />;
  if (!newest || (isAnother && ["done", "failed", "cancelled"].includes(newest.state))) {
    return <NewImport workspaceId={workspaceId} onBegun={() => setAnother(false)} />;
  }
  switch (newest.state) {
    case "uploading":
      return <Uploading workspaceId={workspaceId} transfer={newest} />;
    case "reading":
      return <UnderWay workspaceId={workspaceId} transfer={newest} label={text.transfers.reading(newest.name)} />;
    case "waiting":
      return <ImportPreview key={newest.id} workspaceId={workspaceId} transfer={newest} />;
    case "running":
      return <UnderWay workspaceId={workspaceId} transfer={newest} label={text.transfers.running} />;
    default:
      return <ImportReport workspaceId={workspaceId} transfer={newest} onAnother={() => setAnother(true)} />;
  }
}

function NewImport({ workspaceId, onBegun }: { workspaceId: string; onBegun: () => void }) {
  const { isPending, problem, run } = usePending();
  const begin = (file: File) =>
    run(async () => {
      const begun = await beginImport(workspaceId, file.name, file.size);
      await renew(keys.imports(workspaceId));
      onBegun();
      await upload(workspaceId, begun, file);
      outdated(keys.imports(workspaceId));
    });
  return (
    <>
      <p className="field-hint">{text.transfers.about}</p>
      <FileForm isPending={isPending} onChosen={(file) => void begin(file)} />
      <ProblemLine problem={problem} />
    </>
  );
}

function Uploading({ workspaceId, transfer }: { workspaceId: string; transfer: Transfer }) {
  const sent = useUploads((state) => state.sent[transfer.id]);
  const { isPending, problem, run } = usePending();
  const [isOther, setOther] = useState(false);
  const words = text.transfers;
  const goOn = (file: File) => {
    setOther(file.name !== transfer.name || file.size !== transfer.size);
    if (file.name !== transfer.name || file.size !== transfer.size) return;
    void run(async () => {
      await upload(workspaceId, transfer, file);
      outdated(keys.imports(workspaceId));
    });
  };
  const told = words.fileSize(sent ?? transfer.received);
  return (
    <>
      <Progress label={words.uploading(transfer.name)} done={sent ?? transfer.received} all={transfer.size} told={told} />
      {sent === undefined && (
        <>
          <p>{words.goOn(transfer.name)}</p>
          <FileForm isPending={isPending} onChosen={goOn} />
          {isOther && <ProblemLine problem={words.otherFile} />}
        </>
      )}
      <ProblemLine problem={problem} />
      <CancelButton workspaceId={workspaceId} transfer={transfer} />
    </>
  );
}

function UnderWay({ workspaceId, transfer, label }: { workspaceId: string; transfer: Transfer; label: string }) {
  return (
    <>
      <Progress label={label} done={transfer.progress} all={transfer.total} />
      <p className="field-hint">{text.transfers.youMayLeave}</p>
      <CancelButton workspaceId={workspaceId} transfer={transfer} />
    </>
  );
}

function CancelButton({ workspaceId, transfer }: { workspaceId: string; transfer: Transfer }) {
  const [isAsking, setAsking] = useState(false);
  const { isPending, problem, run } = usePending();
  const words = text.transfers;
  const cancel = () =>
    run(async () => {
      await cancelImport(workspaceId, transfer.id);
      await renew(keys.imports(workspaceId));
    });
  return (
    <div className="buttons">
      <ProblemLine problem={problem} />
      <button type="button" className="button" disabled={isPending} onClick={() => setAsking(true)}>
        {words.cancel}
      </button>
      <Confirm
        title={words.cancelTitle}
        description={words.cancelBody}
        action={words.cancelConfirm}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => void cancel()}
      />
    </div>
  );
}
