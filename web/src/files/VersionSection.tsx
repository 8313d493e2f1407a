/** What a file was before: each version to be had and made the current one again, and a new one uploaded. */
import { useQuery } from "@tanstack/react-query";

import { type StoredFile, type Version, listVersions, restoreVersion } from "../api/files";
import { keys, renew } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { notify } from "../ui/notices";
import { ProblemLine } from "../ui/ProblemLine";
import { usePending } from "../ui/usePending";
import { nameOf, usePeople } from "../workspaces/people";
import { download } from "./Files";
import { ORIGINAL, refusalOf } from "./file";
import { VersionUpload } from "./VersionUpload";

const LOOK_EVERY_MS = 3_000;

interface Props {
  file: StoredFile;
  canChange: boolean;
}

export function VersionSection({ file, canChange }: Props) {
  const query = useQuery({
    queryKey: [...keys.file(file.id), "versions"],
    queryFn: () => listVersions(file.id),
    refetchInterval: ({ state }) => (state.data?.some(isUnfinished) ? LOOK_EVERY_MS : false),
  });
  return (
    <>
      {canChange && <VersionUpload fileId={file.id} />}
      <Loaded query={query}>
        {(versions) => (
          <ul className="rows rows-tall" aria-label={text.files.versions.list}>
            {versions.map((version) => (
              <VersionRow key={version.version} file={file} version={version} canChange={canChange} />
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

const isUnfinished = ({ status }: Version) => status === "uploading" || status === "scanning";

function VersionRow({ file, version, canChange }: Props & { version: Version }) {
  const people = usePeople(file.workspaceId);
  const { isPending, problem, run } = usePending();
  const words = text.files.versions;
  const number = version.version;
  const isCurrent = number === file.version;
  async function restore() {
    await restoreVersion(file.id, number);
    await renew(keys.file(file.id));
    notify(words.restored(number));
  }
  return (
    <li className="row" data-testid="version" data-state={version.status}>
      <span className="row-main">
        <strong>
          {words.version(number)} {isCurrent && <span className="tag">{words.current}</span>}
        </strong>
        <small>
          {[
            text.files.size(version.size),
            words.by(nameOf(people, version.uploadedBy), version.createdAt),
            version.restoredFrom && words.restoredFrom(version.restoredFrom),
          ]
            .filter(Boolean)
            .join(" · ")}
        </small>
        <VersionState version={version} />
        <ProblemLine problem={problem} />
      </span>
      {version.status === "clean" && (
        <IconButton icon="down" label={words.download(number)} onClick={() => download(file, ORIGINAL, number)} />
      )}
      {version.status === "clean" && canChange && !isCurrent && (
        <button
          type="button"
          className="button"
          aria-label={words.restoreOf(number)}
          disabled={isPending}
          onClick={() => void run(restore)}
        >
          {words.restore}
        </button>
      )}
    </li>
  );
}

function VersionState({ version }: { version: Version }) {
  const { status } = version;
  if (status === "clean") return null;
  if (status === "refused") return <small>{refusalOf(version)}</small>;
  return <small role="status">{status === "uploading" ? text.files.versions.uploading : text.files.scanning}</small>;
}
