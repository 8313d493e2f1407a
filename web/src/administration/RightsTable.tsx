/** Who may do what, as a table of choices. */
import type { Decided, Rank, Rights } from "../api/administration";
import { text } from "../text";
import { RIGHTS, ranksFor } from "./ranks";

interface Props {
  rights: Rights;
  /** Who has each right where nothing is decided here, and what to call that. */
  otherwise: (right: string) => Rank;
  otherwiseIs: (rank: string) => string;
  mine: Rank;
  isDisabled: boolean;
  onChange: (decided: Decided) => void;
}

export function RightsTable({ rights, otherwise, otherwiseIs, mine, isDisabled, onChange }: Props) {
  const words = text.administration.rights;
  return (
    <ul className="rights">
      {RIGHTS.filter((right) => right in rights.rights).map((right) => (
        <li key={right} data-decided={right in rights.said || undefined}>
          <label htmlFor={`right-${right}`}>{words.names[right] ?? right}</label>
          <select
            id={`right-${right}`}
            className="input input-small"
            value={rights.said[right] ?? ""}
            disabled={isDisabled}
            onChange={(event) => onChange({ [right]: (event.target.value || null) as Rank | null })}
          >
            <option value="">{otherwiseIs(words.ranks[otherwise(right)])}</option>
            {offered(right, mine, rights.said[right]).map((rank) => (
              <option key={rank} value={rank}>
                {words.ranks[rank]}
              </option>
            ))}
          </select>
        </li>
      ))}
    </ul>
  );
}

/** What somebody higher has decided is shown as it is. */
function offered(right: string, mine: Rank, said: Rank | undefined): Rank[] {
  const ranks = ranksFor(right, mine);
  return said && !ranks.includes(said) ? [...ranks, said] : ranks;
}
