/** The rights that a workspace gives. */
import { useQuery } from "@tanstack/react-query";

import { type Decided, type Rank, changeWorkspaceRights, workspaceRights } from "../api/administration";
import { keys, outdated, queries } from "../live/queries";
import { text } from "../text";
import { Loaded } from "../ui/Loaded";
import { ProblemLine } from "../ui/ProblemLine";
import { notify } from "../ui/notices";
import { usePending } from "../ui/usePending";
import { RightsTable } from "./RightsTable";
import type { SectionProps } from "./SettingsDialog";
import { USUAL, nothing } from "./ranks";

export const useWorkspaceRights = (workspaceId: string) =>
  useQuery({ queryKey: keys.workspaceRights(workspaceId), queryFn: () => workspaceRights(workspaceId) });

export function RightsSection({ workspace }: SectionProps) {
  const query = useWorkspaceRights(workspace.id);
  const { isPending, problem, run } = usePending();
  const words = text.administration.rights;
  const change = (decided: Decided) =>
    void run(async () => {
      queries.setQueryData(keys.workspaceRights(workspace.id), await changeWorkspaceRights(workspace.id, decided));
      outdated(["rights"]);
      notify(text.administration.saved);
    });
  return (
    <Loaded query={query}>
      {(rights) => (
        <>
          <p className="quiet">{words.about}</p>
          <RightsTable
            rights={rights}
            otherwise={(right) => USUAL[right] ?? "member"}
            otherwiseIs={words.usual}
            mine={(workspace.role ?? "member") as Rank}
            isDisabled={isPending}
            onChange={change}
          />
          <ProblemLine problem={problem} />
          <div className="buttons">
            <button
              type="button"
              className="button"
              disabled={isPending || Object.keys(rights.said).length === 0}
              onClick={() => change(nothing(rights.said))}
            >
              {words.reset}
            </button>
          </div>
        </>
      )}
    </Loaded>
  );
}
