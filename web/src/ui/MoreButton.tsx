/** Goes on where a list ends. */
import { text } from "../text";

interface Props {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
}

export function MoreButton({ query }: Props) {
  return query.hasNextPage ? (
    <button
      type="button"
      className="button more"
      disabled={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      {query.isFetchingNextPage ? `${text.loading}…` : text.administration.more}
    </button>
  ) : null;
}
